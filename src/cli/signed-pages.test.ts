// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { serveRaw, type RawServer } from '../../test/world/raw-server.ts';
import { targetOf, TufRepository } from '../../test/world/tuf-repository.ts';
import { placesOf } from '../host/index.ts';
import { DEFAULT_POLICY, sealPolicy } from '../policy/index.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import { readPages } from './index-pages.ts';
import type { VerifyContext } from './verify-context.ts';
import { openOutside } from './verify-listing.ts';
import { verifyWord } from './verify-work.ts';

const WHEEL = 'demo-1.0-py3-none-any.whl';
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const ground = mkdtempSync(join(tmpdir(), 'signed-pages-'));
afterAll(() => rmSync(ground, { recursive: true }));

let files: Map<string, Uint8Array>;
let server: RawServer;
let index: string;
let said: string;
beforeEach(async () => {
  files = new Map();
  said = '';
  server = await serveRaw((socket, head) => {
    const found = files.get(/^GET \/(\S*) /u.exec(head)?.[1] ?? '');
    const status = found === undefined ? '404 Not Found' : '200 OK';
    const type = 'application/vnd.pypi.simple.v1+json';
    const length = found?.length ?? 0;
    socket.write(
      `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n\r\n`,
    );
    socket.write(found ?? '');
  });
  index = `http://127.0.0.1:${server.port}/simple/`;
});
afterEach(async () => await server.close());

function pageOf(bytes: Uint8Array): Buffer {
  const file = {
    filename: WHEEL,
    url: `../../packages/demo/${WHEEL}`,
    hashes: { sha256: sha256(bytes) },
  };
  const page = { meta: { 'api-version': '1.1' }, name: 'demo', versions: ['1.0'], files: [file] };
  return Buffer.from(JSON.stringify(page));
}

/** A repository that signs `named`, and the policy that pins it; beside it an unsigned page. */
function open(named: Uint8Array, unsigned: Uint8Array): VerifyContext {
  const repository = new TufRepository();
  const page = pageOf(named);
  const path = 'simple/demo/index.v1+json';
  const root = repository.publish(1, {
    [path]: targetOf(page),
    [`packages/demo/${WHEEL}`]: targetOf(named),
  });
  for (const [name, bytes] of repository.files) files.set(`metadata/${name}`, bytes);
  files.set(`targets/simple/demo/${sha256(page)}.index.v1%2Bjson`, page);
  files.set('simple/demo/', pageOf(unsigned));
  const pin = {
    sha256: sha256(root),
    root: Buffer.from(root).toString('base64'),
    repository: new URL('../', index).href,
  };
  const rule = { name: null, url: index, allowHosts: null, source: 'here', tuf: pin };
  return {
    rows: openMemoryTrustRows(),
    clock: { now: () => Date.UTC(2026, 0, 1) },
    policy: sealPolicy({ ...DEFAULT_POLICY, indexes: [rule] }),
    places: placesOf({}, mkdtempSync(join(ground, 'home-'))),
    environment: {},
    directory: ground,
    io: { out: (text) => void (said += text) },
  };
}

it('a lock is made from signed pages of a pinned index, and of no others', async () => {
  const [good, evil] = [Buffer.from('good'), Buffer.from('evil')];
  const context = open(good, evil);
  const upstream = openOutside(context);
  try {
    const read = async () => [
      ...(await readPages(context, upstream, [{ index, project: 'demo' }])),
    ];
    expect(await read()).toMatchObject([
      [expect.anything(), { files: [{ hashes: { sha256: sha256(good) } }] }],
    ]);
    files.delete('metadata/timestamp.json');
    expect(await read()).toMatchObject([[expect.anything(), { code: 'WP-TUF-UNREACHABLE' }]]);
  } finally {
    await upstream.close();
  }
});

it('verify holds a file against what its pinned index signs, whatever its page says', async () => {
  const evil = join(ground, WHEEL);
  writeFileSync(evil, 'evil');
  await verifyWord(open(Buffer.from('good'), Buffer.from('evil')), evil, { index });
  expect(said).toContain('WP-TUF-MISMATCH');
});

// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { makeSigner, signerOf } from '../../test/world/tuf-repository.ts';
import type { Signer } from '../core/tuf-repository.ts';
import { claim, identities } from './tuf-claims.ts';
import { fetchTargets } from './tuf-client.ts';
import { status, verify } from './tuf-look.ts';
import { add, init, publish, remove, renew, rotate, type TufContext } from './tuf-work.ts';

/* Keys by name: opening a key file takes a third of a second each time, which is its purpose. */
const signers = new Map<string, Signer>();
vi.mock('./tuf-keys.ts', () => ({
  openSigner: async (spec: string) => {
    const name = basename(spec);
    const known = signers.get(name) ?? signerOf(makeSigner());
    signers.set(name, known);
    return known;
  },
}));

const ground = mkdtempSync(join(tmpdir(), 'tuf-claims-'));
afterAll(() => rmSync(ground, { recursive: true }));
const at = (...parts: readonly string[]): string => join(ground, ...parts);
const root = at('repository');
const NOW = Date.parse('2026-01-01T00:00:00Z');
const DAY = 24 * 3_600_000;
let said = '';

function context(now = NOW): TufContext {
  said = '';
  const io = { out: (text: string) => void (said += text) };
  return { io, environment: {}, now };
}

const json = { json: true } as const;
const holders = { rootKey: [at('root.key')] };
const developerKey = [at('dev.key')];
const wheel = (version: string, word = version): string => {
  const file = at(`demo-${version}-py3-none-any.whl`);
  writeFileSync(file, word);
  return file;
};
const pathOf = (version: string): string => `packages/demo/demo-${version}-py3-none-any.whl`;
const fetch = async (path: string, now = NOW): Promise<void> => {
  const first = join(root, 'public/metadata/1.root.json');
  const client = { state: at('state'), out: at('out'), root: first };
  await fetchTargets(context(now), join(root, 'public'), [path], client);
};
const problems = async (now = NOW): Promise<unknown> => {
  await verify(context(now), root, json);
  return JSON.parse(said).problems;
};

beforeAll(async () => {
  const wish = { threshold: '1', bits: '2', profile: 'server', onlineKey: at('online.key') };
  await init(context(), root, { ...holders, ...wish });
  await add(context(), root, [wheel('1.0')], {});
  await publish(context(), root, {});
});

test('what a project has when it is claimed stays, and only its developers add to it', async () => {
  await claim(context(), root, 'Demo', { ...holders, developerKey, developerThreshold: '1' });
  await fetch(pathOf('1.0'));
  expect(await problems()).toEqual([]);
  await add(context(), root, [wheel('1.1')], {});
  await expect(publish(context(), root, {})).rejects.toMatchObject({
    code: 'WP-TUF-KEY',
    message: expect.stringContaining('demo is claimed'),
  });
  await expect(publish(context(), root, { developerKey: [at('other.key')] })).rejects.toMatchObject(
    {
      code: 'WP-TUF-KEY',
    },
  );
  await expect(fetch(pathOf('1.1'))).rejects.toMatchObject({ code: 'WP-TUF-NOT-FOUND' });
  await publish(context(), root, { developerKey });
  await fetch(pathOf('1.1'));
  expect(await problems()).toEqual([]);
  await status(context(), root, json);
  expect(JSON.parse(said).roles).toContainEqual(
    expect.objectContaining({ role: 'claimed-demo', version: 2 }),
  );
});

test('a claim outlives new online keys, and the other way round', async () => {
  await rotate(context(), root, { ...holders, onlineKey: at('next.key') });
  await fetch(pathOf('1.1'));
  await remove(context(), root, [pathOf('1.0')], {});
  await publish(context(), root, { developerKey });
  await expect(fetch(pathOf('1.0'))).rejects.toMatchObject({ code: 'WP-TUF-NOT-FOUND' });
  await fetch(pathOf('1.1'));
});

test('developers sign again before half a year is over', async () => {
  const later = NOW + 100 * DAY;
  await renew(context(later), root, { developerKey: [at('other.key')] });
  await renew(context(later), root, { developerKey });
  await fetch(pathOf('1.1'), later);
  await renew(context(NOW + 200 * DAY), root, {});
  await fetch(pathOf('1.1'), NOW + 200 * DAY);
  await renew(context(NOW + 281 * DAY), root, {});
  await expect(fetch(pathOf('1.1'), NOW + 281 * DAY)).rejects.toMatchObject({
    code: 'WP-TUF-EXPIRED',
  });
});

test('the developers of a claimed project are changed by the holders', async () => {
  const later = NOW + 281 * DAY;
  const other = { developerKey: [at('other.key')], developerThreshold: '1' };
  await claim(context(later), root, 'demo', { ...holders, ...other });
  await fetch(pathOf('1.1'), later);
  await expect(
    claim(context(later), root, 'demo', { ...holders, ...other, developerKey: [at('next.key')] }),
  ).rejects.toMatchObject({ code: 'WP-TUF-KEY', message: expect.stringContaining('online') });
  await expect(
    claim(context(later), root, 'demo', { ...other, rootKey: [at('dev.key')] }),
  ).rejects.toMatchObject({ code: 'WP-TUF-KEY' });
});

test('identities are signed by the holders, once they can be read', async () => {
  const later = NOW + 281 * DAY;
  const file = at('identities.json');
  writeFileSync(file, '{"version":1}');
  await expect(identities(context(later), root, file, holders)).rejects.toMatchObject({
    code: 'WP-TUF-MALFORMED',
  });
  const publishers = [{ kind: 'github', repository: 'acme/demo', workflow: 'release.yml' }];
  writeFileSync(file, JSON.stringify({ version: 1, projects: [{ name: 'demo', publishers }] }));
  await identities(context(later), root, file, holders);
  await fetch('policy/identities.v1.json', later);
  expect(readFileSync(at('out', 'identities.v1.json'))).toEqual(readFileSync(file));
  await fetch(pathOf('1.1'), later);
  await renew(context(later), root, holders);
  await fetch('policy/identities.v1.json', later);
  expect(await problems(later)).toEqual([]);
});

// SPDX-License-Identifier: Apache-2.0
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { serveFolder } from '../../test/world/served-folder.ts';
import { makeSigner, signerOf } from '../../test/world/tuf-repository.ts';
import { openWorld, type World } from '../../test/world/world.ts';
import type { Signer } from '../core/tuf-repository.ts';
import { takeWriterLock } from '../storage/index.ts';
import { fetchTargets } from './tuf-client.ts';
import { add, init, publish, renew, rotate, type TufContext } from './tuf-work.ts';

/* The client over http, from a server that may lie; and what writers do to each other. */

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

const ground = mkdtempSync(join(tmpdir(), 'tuf-http-'));
const root = join(ground, 'repository');
const HOST = '127.0.0.1';
const PATH = 'packages/idna/idna-3.7-py3-none-any.whl';
const NOW = Date.parse('2026-01-01T00:00:00Z');
const HOUR = 3_600_000;
let world: World;
let said = '';

const context = (now = NOW): TufContext => {
  said = '';
  const io = { out: (text: string) => void (said += text) };
  return { io, environment: {}, now };
};
const at = (...parts: readonly string[]): string => join(ground, ...parts);
const keys = { rootKey: [at('root.key')], onlineKey: at('online.key') };

beforeAll(async () => {
  world = await openWorld();
  await init(context(), root, { ...keys, threshold: '1', bits: '1', profile: 'server' });
  writeFileSync(at('idna-3.7-py3-none-any.whl'), 'wheel');
  await add(context(), root, [at('idna-3.7-py3-none-any.whl')], {});
  await publish(context(), root, {});
});
beforeEach(() => serveFolder(world.host(HOST), join(root, 'public')));
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  rmSync(ground, { recursive: true });
});

let states = 0;
function client() {
  states += 1;
  const options = {
    state: at(`state-${states}`),
    out: at(`out-${states}`),
    root: join(root, 'public/metadata/1.root.json'),
  };
  const fetch = async (paths: readonly string[] = [PATH], now = NOW): Promise<void> =>
    await fetchTargets(context(now), `${world.origin(HOST, 'http')}/`, paths, options);
  return { fetch, options };
}

test('fetches what is signed', async () => {
  const { fetch, options } = client();
  await fetch();
  expect(readFileSync(join(options.out, 'idna-3.7-py3-none-any.whl'), 'utf8')).toBe('wheel');
});

test.each([
  ['a target of the same length', /\/targets\/packages/u, 'wheeL', 'WP-TUF-MISMATCH'],
  ['a target without end', /\/targets\/packages/u, 'x'.repeat(100_000), 'WP-LIMIT-SIZE'],
  ['a timestamp without end', /timestamp/u, ' '.repeat(100_000), 'WP-LIMIT-SIZE'],
  ['a timestamp that is none', /timestamp/u, '<html>', 'WP-TUF-MALFORMED'],
  ['a bin of somebody else', /bin-/u, '{"signatures":[],"signed":{}}', 'WP-TUF-SIGNATURE'],
])('refuses %s, and brings nothing', async (_name, which, body, code) => {
  serveFolder(world.host(HOST), join(root, 'public'), (path) => (which.test(path) ? body : null));
  const { fetch, options } = client();
  await expect(fetch()).rejects.toMatchObject({ code });
  expect(existsSync(join(options.out, 'idna-3.7-py3-none-any.whl'))).toBe(false);
});

test('what cannot be had is not what is not there', async () => {
  const { fetch, options } = client();
  serveFolder(world.host(HOST), join(root, 'public'), (path) =>
    path.includes('bin-') ? 503 : null,
  );
  await expect(fetch()).rejects.toMatchObject({ code: 'WP-TUF-UNREACHABLE' });
  serveFolder(world.host(HOST), join(root, 'public'), (path) =>
    path.includes('timestamp') ? 404 : null,
  );
  await expect(fetch()).rejects.toMatchObject({ code: 'WP-TUF-UNREACHABLE' });
  serveFolder(world.host(HOST), join(root, 'public'));
  await expect(fetch(['packages/idna/idna-3.8.tar.gz'])).rejects.toMatchObject({
    code: 'WP-TUF-NOT-FOUND',
  });
  await fetch();
  expect(existsSync(join(options.out, 'idna-3.7-py3-none-any.whl'))).toBe(true);
});

test('a name that must be quoted is quoted once', async () => {
  await add(context(), root, [at('idna-3.7-py3-none-any.whl')], { as: 'a+b/c~d%e' });
  await publish(context(), root, {});
  const { fetch, options } = client();
  await fetch(['a+b/c~d%e']);
  expect(readFileSync(join(options.out, 'c~d%e'), 'utf8')).toBe('wheel');
});

test('while one process writes, another waits and then says so', async () => {
  const lock = takeWriterLock(join(root, 'private', 'lock.sqlite'));
  const began = performance.now();
  try {
    await expect(publish(context(), root, {})).rejects.toMatchObject({ code: 'WP-TUF-BUSY' });
  } finally {
    lock.close();
  }
  expect(performance.now() - began).toBeGreaterThan(4_000);
  await client().fetch(); // who reads needs no lock
  await publish(context(), root, {});
});

test('what nothing names any more goes after a day; roots stay for ever', async () => {
  const folder = join(root, 'public/metadata');
  const versions = (role: string): readonly string[] =>
    readdirSync(folder).filter((name) => name.endsWith(`.${role}.json`));
  await rotate(context(), root, { rootKey: keys.rootKey, onlineKey: at('next.key') });
  await renew(context(NOW + 13 * HOUR), root, {});
  const before = versions('snapshot').length;
  expect(before).toBeGreaterThan(2);
  // Written a moment ago, whatever the clock of the work said: somebody may still be fetching them.
  await renew(context(Date.now()), root, {});
  expect(versions('snapshot').length).toBe(before + 1);
  const long = (Date.now() - 30 * HOUR) / 1_000;
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), long, long);
  await renew(context(Date.now() + 13 * HOUR), root, {});
  expect(versions('snapshot').length).toBeLessThan(4);
  expect(versions('root')).toEqual(['1.root.json', '2.root.json']);
  await client().fetch([PATH], Date.now());
});

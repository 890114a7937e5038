// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../policy/index.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import { openPublicGoodRoot } from '../trust/public-good-root.ts';
import { serveRaw } from '../../test/world/raw-server.ts';
import { targetOf, TufRepository } from '../../test/world/tuf-repository.ts';
import { placesOf } from '../host/index.ts';
import type { RootContext } from './trust-root-context.ts';
import { importRoot, pinRoot, removeRoot, showRoots, updateRoot } from './trust-root-work.ts';
import { ageNote, findHeldRoots, openHeldRoots, trustedRootsOf } from './trusted-roots.ts';

const DAY = 24 * 3_600_000;
const NOW = Date.parse('2026-12-01T00:00:00Z');
const why = { reason: 'our own' } as const;

let ground = '';
let said = '';
const io = { out: (text: string) => void (said += text) };
const at = (...parts: readonly string[]): string => join(ground, ...parts);
beforeEach(() => {
  ground = mkdtempSync(join(tmpdir(), 'wheelproof-roots-'));
  said = '';
});
afterEach(() => rmSync(ground, { recursive: true, force: true }));

const places = () => placesOf({}, ground);

async function context(now = NOW): Promise<RootContext> {
  said = '';
  return {
    rows: openMemoryTrustRows(),
    clock: { now: () => now },
    owner: 'ada',
    environment: {},
    roots: await openHeldRoots(places()),
  };
}

/** The public-good root, saying something else. */
async function rootBytes(change: (root: { tlogs: { baseUrl: string }[] }) => void) {
  const { bytes } = await openPublicGoodRoot();
  const root = JSON.parse(Buffer.from(bytes).toString());
  change(root);
  return Buffer.from(JSON.stringify(root));
}

const named = async (host: string): Promise<Buffer> =>
  await rootBytes(({ tlogs: [log] }) => {
    if (log !== undefined) log.baseUrl = `https://${host}`;
  });

/** A folder that serves what the repository has published, in Sigstore's layout. */
function serve(repository: TufRepository, target: Uint8Array, version: number): string {
  const folder = at('served');
  const root = repository.publish(version, { 'trusted_root.json': targetOf(target) });
  const { sha256 } = Object(targetOf(target)['hashes']);
  mkdirSync(join(folder, 'targets'), { recursive: true });
  for (const [name, bytes] of repository.files) writeFileSync(join(folder, name), bytes);
  writeFileSync(join(folder, 'targets', `${sha256}.trusted_root.json`), target);
  writeFileSync(at('tuf-root.json'), root);
  return folder;
}

describe('a trusted root from a file', () => {
  test('is held under its name, and counts where a policy says so', async () => {
    writeFileSync(at('root.json'), await named('log.corp.test'));
    await importRoot(await context(), io, { name: 'corp', file: at('root.json') }, why);
    expect(said).toContain('log.corp.test');
    expect(said).toContain('roots = ["corp"]');
    const bound = {
      ...DEFAULT_POLICY,
      sigstore: [{ roots: ['corp'], projects: ['corp-*'], indexes: null, source: 'here' }],
    };
    const rootsOf = trustedRootsOf(places(), bound);
    const index = 'https://index.example/simple/';
    const names = async (project: string) =>
      (await rootsOf({ project, index })).map(({ name }) => name);
    expect(await names('corp-tools')).toEqual(['corp']);
    expect(await names('requests')).toEqual(['public-good']);
    const defaults = trustedRootsOf(places(), DEFAULT_POLICY);
    expect((await defaults({ project: 'corp-tools', index })).map(({ name }) => name)).toEqual([
      'public-good',
    ]);
  });

  test('that a policy names and nobody brought blocks', async () => {
    const sigstore = [{ roots: ['corp'], projects: null, indexes: null, source: 'policy 1' }];
    const rootsOf = trustedRootsOf(places(), { ...DEFAULT_POLICY, sigstore });
    await expect(rootsOf({ project: 'x', index: 'https://i.test/' })).rejects.toMatchObject({
      code: 'WP-TRUSTED-ROOT',
      message: expect.stringContaining('policy 1'),
    });
  });

  test('is replaced only on purpose', async () => {
    writeFileSync(at('a.json'), await named('a.test'));
    writeFileSync(at('b.json'), await named('b.test'));
    await importRoot(await context(), io, { name: 'corp', file: at('a.json') }, why);
    await importRoot(await context(), io, { name: 'corp', file: at('a.json') }, why);
    const other = { name: 'corp', file: at('b.json') };
    await expect(importRoot(await context(), io, other, why)).rejects.toMatchObject({
      code: 'WP-TRUSTED-ROOT-PIN',
    });
    await pinRoot(await context(), io, { name: 'corp', id: undefined }, why);
    await expect(
      importRoot(await context(), io, other, { ...why, replace: true }),
    ).rejects.toMatchObject({
      code: 'WP-TRUSTED-ROOT-PIN',
      hint: expect.stringContaining('pin corp --off'),
    });
    await pinRoot(await context(), io, { name: 'corp', id: undefined }, { ...why, off: true });
    await importRoot(await context(), io, other, { ...why, replace: true });
    expect(said).toMatch(/^- .*a\.test/mu);
    expect(said).toMatch(/^\+ .*b\.test/mu);
  });

  test.each([['public-good'], ['Corp'], ['../corp'], ['']])('has a name, not %j', async (name) => {
    writeFileSync(at('a.json'), await named('a.test'));
    await expect(
      importRoot(await context(), io, { name, file: at('a.json') }, why),
    ).rejects.toMatchObject({ code: 'WP-USAGE' });
  });

  test.each([['{}'], ['no JSON'], ['[]']])('that is %s is refused', async (text) => {
    writeFileSync(at('a.json'), text);
    await expect(
      importRoot(await context(), io, { name: 'corp', file: at('a.json') }, why),
    ).rejects.toMatchObject({ code: 'WP-TRUSTED-ROOT' });
  });

  test('and was edited where it is kept is not used', async () => {
    writeFileSync(at('a.json'), await named('a.test'));
    await importRoot(await context(), io, { name: 'corp', file: at('a.json') }, why);
    const kept = join(places().data, 'roots', 'corp.root');
    writeFileSync(kept, readFileSync(kept, 'utf8').replace('a.test', 'b.test'));
    await expect(showRoots(await context(), io, 'corp', {})).rejects.toMatchObject({
      code: 'WP-TRUSTED-ROOT',
    });
    await removeRoot(await context(), io, 'corp', why);
    await expect(showRoots(await context(), io, 'corp', {})).rejects.toMatchObject({
      code: 'WP-USAGE',
    });
  });
});

describe('a trusted root from a signed repository', () => {
  test('follows it, and never back', async () => {
    const repository = new TufRepository();
    const from = serve(repository, await named('one.test'), 1);
    const wish = { ...why, from, tufRoot: at('tuf-root.json') };
    await importRoot(await context(), io, { name: 'corp', file: undefined }, wish);
    expect(said).toContain('targets version 1');

    await updateRoot(await context(NOW + DAY), io, 'corp', {});
    expect(said).toContain('Nothing changed.');
    expect(said).toContain('checked   2026-12-02');
    expect(said).toContain('since     2026-12-01');

    serve(repository, await named('two.test'), 2);
    await updateRoot(await context(NOW + 2 * DAY), io, 'corp', {});
    expect(said).toMatch(/^\+ .*two\.test/mu);
    expect(said).toContain('since     2026-12-03');

    serve(repository, await named('one.test'), 1);
    await expect(updateRoot(await context(), io, 'corp', {})).rejects.toMatchObject({
      code: 'WP-TUF-ROLLBACK',
    });
    await showRoots(await context(), io, 'corp', {});
    expect(said).toContain('two.test');
  });

  test('is followed over the network as well', async () => {
    const repository = new TufRepository();
    const folder = serve(repository, await named('one.test'), 1);
    const server = await serveRaw((socket, head) => {
      const path = /^GET \/tuf\/(\S+) /u.exec(head)?.[1] ?? '';
      const file = join(folder, path);
      const body = existsSync(file) ? readFileSync(file) : null;
      const status = body === null ? '404 Not Found' : '200 OK';
      socket.write(`HTTP/1.1 ${status}\r\ncontent-length: ${body?.length ?? 0}\r\n\r\n`);
      socket.write(body ?? '');
    });
    try {
      const from = `http://127.0.0.1:${server.port}/tuf/`;
      const wish = { ...why, from, tufRoot: at('tuf-root.json') };
      await importRoot(await context(), io, { name: 'corp', file: undefined }, wish);
      serve(repository, await named('two.test'), 2);
      await updateRoot(await context(), io, 'corp', {});
      expect(said).toMatch(/^\+ .*two\.test/mu);
    } finally {
      await server.close();
    }
    await expect(updateRoot(await context(), io, 'corp', {})).rejects.toMatchObject({
      class: 'E-UPSTREAM',
    });
    await showRoots(await context(), io, 'corp', {});
    expect(said).toContain('two.test');
  });

  test('of other keys is refused, and nothing is kept of it', async () => {
    const from = serve(new TufRepository(), await named('one.test'), 1);
    writeFileSync(at('other.json'), new TufRepository().publish(1));
    const wish = { ...why, from, tufRoot: at('other.json') };
    const coming = importRoot(await context(), io, { name: 'corp', file: undefined }, wish);
    await expect(coming).rejects.toMatchObject({ code: 'WP-TUF-SIGNATURE' });
    expect(await (await context()).roots.names()).toEqual(['public-good']);
  });

  test('whose bytes are not the signed ones is refused', async () => {
    const target = await named('one.test');
    const from = serve(new TufRepository(), target, 1);
    const { sha256 } = Object(targetOf(target)['hashes']);
    const bytes = Buffer.from(target);
    bytes[bytes.length - 1] = 0x20;
    writeFileSync(join(from, 'targets', `${sha256}.trusted_root.json`), bytes);
    const wish = { ...why, from, tufRoot: at('tuf-root.json') };
    await expect(
      importRoot(await context(), io, { name: 'corp', file: undefined }, wish),
    ).rejects.toMatchObject({ code: 'WP-TUF-MISMATCH' });
  });

  test('a stranger cannot pass his repository off as the public-good one', async () => {
    const from = serve(new TufRepository(), await named('evil.test'), 100);
    await expect(updateRoot(await context(), io, 'public-good', { from })).rejects.toMatchObject({
      code: expect.stringMatching(/^WP-TUF-/u),
    });
    await showRoots(await context(), io, undefined, {});
    expect(said).toContain('the package of wheelproof');
    expect(said).not.toContain('evil.test');
  });

  test('that is pinned stays until the pin goes', async () => {
    const repository = new TufRepository();
    const from = serve(repository, await named('one.test'), 1);
    const wish = { ...why, from, tufRoot: at('tuf-root.json') };
    await importRoot(await context(), io, { name: 'corp', file: undefined }, wish);
    const pin = { name: 'corp', id: undefined };
    const wrong = pinRoot(
      await context(),
      io,
      { name: 'corp', id: `sha256:${'0'.repeat(64)}` },
      why,
    );
    await expect(wrong).rejects.toMatchObject({ code: 'WP-TRUSTED-ROOT-PIN' });
    await pinRoot(await context(), io, pin, why);
    expect(said).toContain('pinned    by ada');
    serve(repository, await named('two.test'), 2);
    const refused = updateRoot(await context(), io, 'corp', {});
    await expect(refused).rejects.toMatchObject({ code: 'WP-TRUSTED-ROOT-PIN' });
    await pinRoot(await context(), io, pin, { ...why, off: true });
    await updateRoot(await context(), io, 'corp', {});
    expect(said).toContain('two.test');
  });
});

test('the public-good root is there without anything kept, and says how old it is', async () => {
  const { roots } = { roots: await findHeldRoots(places()) };
  const found = await roots.find('public-good');
  expect(found?.origin.kind).toBe('package');
  if (found === null) return;
  expect(ageNote(found, found.checkedAt + 10 * DAY)).toBeNull();
  expect(ageNote(found, found.checkedAt + 200 * DAY)).toContain('200 days ago');
  await pinRoot(await context(), io, { name: 'public-good', id: found.id }, why);
  await showRoots(await context(), io, 'public-good', { json: true });
  expect(JSON.parse(said)).toMatchObject({ roots: [{ id: found.id, pin: { owner: 'ada' } }] });
});

// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { canonicalize } from '@tufjs/canonical-json';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crashes } from '../../test/world/crashes.ts';
import { MemoryFolder } from '../../test/world/staged-folder.ts';
import { makeSigner, signerOf, TufStore } from '../../test/world/tuf-repository.ts';
import type { Signer } from '../core/tuf-repository.ts';
import { TufClient } from './client.ts';
import { binText, metaFragment, snapshotText, targetFragment } from './documents.ts';
import { Fragments } from './fragments.ts';
import { PROFILES } from './lives.ts';
import { createRepository } from './new-repository.ts';
import { olpcJson } from './olpc-json.ts';
import { RepositoryWriter, type Change } from './repository-writer.ts';
import { renewOffline, rotateOnline } from './rotation.ts';
import { parseStrictJson } from './strict-json.ts';

const lives = PROFILES.server;
const NOW = Date.parse('2026-01-01T00:00:00Z');
const HOUR = 3_600_000;
const holders = [1, 2, 3].map(() => signerOf(makeSigner()));
const online = signerOf(makeSigner());
const PATHS = ['packages/a/a-1.tar.gz', 'packages/b/b-1.tar.gz', 'packages/c/c-1.tar.gz'];

function change(path: string, text: string | null): Change {
  if (text === null) return { path, target: null };
  return { path, target: { length: text.length, sha256: hash('sha256', text, 'hex') } };
}

async function begin(): Promise<MemoryFolder> {
  const folder = new MemoryFolder();
  const targets = [change(PATHS[0] ?? '', 'old'), change(PATHS[1] ?? '', 'old')];
  await createRepository(folder, {
    holders,
    threshold: 2,
    online,
    bits: 2,
    lives,
    now: NOW,
    targets,
  });
  folder.steps.length = 0;
  return folder;
}

/** What a client that begins here, or goes on from `store`, sees of all paths. */
async function seen(folder: MemoryFolder, now: number, store = new TufStore()): Promise<string> {
  const root = folder.files.get('1.root.json');
  if (root === undefined) throw new Error('no root');
  if ((await store.load('root')) === null) await store.save('root', root);
  const source = { fetch: async (name: string) => await folder.read(name) };
  const client = await TufClient.open({ source, store, now });
  await client.refresh();
  const found: string[] = [];
  for (const path of PATHS)
    found.push((await client.findTarget(path))?.hashes['sha256']?.slice(0, 8) ?? 'none');
  return found.join(' ');
}

type Work = (folder: MemoryFolder) => Promise<unknown>;
const open = async (folder: MemoryFolder) => await RepositoryWriter.open(folder, lives);
const later = NOW + 20 * HOUR;
const next = signerOf(makeSigner());

const WORKS: readonly (readonly [string, Work])[] = [
  [
    'publish',
    async (folder) => {
      const changes = [change(PATHS[0] ?? '', 'new'), change(PATHS[2] ?? '', 'new')];
      await (await open(folder)).publish(changes, online, later);
    },
  ],
  [
    'removal',
    async (folder) => (await open(folder)).publish([change(PATHS[0] ?? '', null)], online, later),
  ],
  ['renew', async (folder) => (await open(folder)).renew(online, later)],
  [
    'rotation',
    async (folder) => rotateOnline(folder, { next, old: online, holders, lives, now: later }),
  ],
  [
    'renewal of the root',
    async (folder) => renewOffline(folder, { online, holders, lives, now: later }),
  ],
];

/** Bytes by versioned name, of everything that was ever there. */
function versionsOf(...folders: readonly MemoryFolder[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { files } of folders)
    for (const [name, bytes] of files) {
      const known = found.get(name) ?? new Set();
      found.set(name, known.add(hash('sha256', bytes, 'hex')));
    }
  return found;
}

describe.each(WORKS)('a crash during %s', (name, work) => {
  it('leaves what was there before or all that is new, and the same work ends well', async () => {
    const folder = await begin();
    const before = new Map(folder.files);
    const old = await seen(folder, NOW);
    await work(folder);
    const fresh = await seen(folder, later);
    let states = 0;
    for (const crashed of crashes(before, folder.steps)) {
      const store = new TufStore();
      const left = await seen(crashed, NOW + HOUR, store);
      expect([old, fresh]).toContain(left);
      const remains = new MemoryFolder(crashed.files);
      await work(crashed);
      expect(await seen(crashed, later, store)).toBe(fresh);
      for (const [file, bytes] of versionsOf(remains, crashed))
        if (/^\d+\..*\.json$/u.test(file)) expect([file, bytes.size]).toEqual([file, 1]);
      states++;
    }
    expect(states).toBeGreaterThan(folder.steps.length / 2);
    expect(name).not.toBe('');
  });
});

describe('createRepository', () => {
  it('shows nothing before it is whole, and goes on where it was interrupted', async () => {
    const wish = { holders, threshold: 2, online, bits: 2, lives, now: NOW };
    const whole = new MemoryFolder();
    await createRepository(whole, wish);
    for (let end = 0; end <= whole.steps.length; end++) {
      const folder = new MemoryFolder();
      for (const step of whole.steps.slice(0, end)) folder.take(step);
      if (folder.files.has('timestamp.json')) continue;
      await createRepository(folder, { ...wish, now: NOW + HOUR });
      expect(await seen(folder, NOW + HOUR)).toBe('none none none');
    }
    await expect(createRepository(whole, wish)).rejects.toMatchObject({
      code: 'WP-TUF-REPOSITORY',
    });
  });
});

describe('RepositoryWriter', () => {
  it('signs nothing where nothing changed', async () => {
    const folder = await begin();
    const writer = await open(folder);
    expect(await writer.publish([change(PATHS[0] ?? '', 'old')], online, NOW)).toBeNull();
    expect(await writer.renew(online, NOW + HOUR)).toBeNull();
    expect(folder.steps).toEqual([]);
  });

  it('publishes again and again from one memory', async () => {
    const folder = await begin();
    const writer = await open(folder);
    const store = new TufStore();
    for (const text of ['one', 'two', null, 'three']) {
      await writer.publish([change(PATHS[2] ?? '', text)], online, NOW);
      const hex = text === null ? 'none' : hash('sha256', text, 'hex').slice(0, 8);
      expect((await seen(folder, NOW, store)).split(' ')[2]).toBe(hex);
    }
  });

  it('signs no more than the two roles, the bin and nothing offline', async () => {
    const writer = await open(await begin());
    const published = await writer.publish([change(PATHS[2] ?? '', 'x')], online, NOW);
    expect(published?.files).toHaveLength(3);
  });

  it.each<[string, Signer]>([
    ['a holder', holders[0] ?? online],
    ['a stranger', signerOf(makeSigner())],
  ])('does not publish with the key of %s', async (_, signer) => {
    const writer = await open(await begin());
    const work = writer.publish([change(PATHS[2] ?? '', 'x')], signer, NOW);
    await expect(work).rejects.toMatchObject({ code: 'WP-TUF-KEY' });
  });

  it('does not build on a bin that somebody changed', async () => {
    const folder = await begin();
    const writer = await open(folder);
    for (const [name, bytes] of folder.files)
      if (name.startsWith('1.bin-'))
        folder.files.set(
          name,
          Buffer.from(Buffer.from(bytes).toString().replace('"version":1', '"version":2')),
        );
    const work = writer.publish([change(PATHS[2] ?? '', 'x')], online, NOW);
    await expect(work).rejects.toMatchObject({ code: 'WP-TUF-SIGNATURE' });
  });

  it('rotates to a key that alone signs afterwards, also where the old one is lost', async () => {
    for (const old of [online, null]) {
      const folder = await begin();
      const store = new TufStore();
      await seen(folder, NOW, store);
      await rotateOnline(folder, { next, old, holders: holders.slice(1), lives, now: NOW });
      await seen(folder, NOW, store);
      const changes = [change(PATHS[2] ?? '', 'x')];
      const again = (await open(folder)).publish(changes, online, NOW);
      await expect(again).rejects.toMatchObject({ code: 'WP-TUF-KEY' });
      await (await open(folder)).publish(changes, next, NOW);
      expect(await seen(folder, NOW, store)).not.toContain('none');
    }
  });

  it('rotates for no less than the threshold', async () => {
    const one = holders.slice(0, 1);
    const wish = { next, old: online, lives, now: NOW };
    for (const few of [one, [...one, ...one], [...one, online]]) {
      const work = begin().then(async (folder) => rotateOnline(folder, { ...wish, holders: few }));
      await expect(work).rejects.toMatchObject({ code: 'WP-TUF-KEY' });
    }
  });

  it.each(['a/a/a/a/a/a/a/a/a', '../a', 'a//b', '/a', 'a/', 'a b', 'ä', 'a"b', 'a\\b', '', 'a\n'])(
    'takes no target called %j',
    async (path) => {
      const writer = await open(await begin());
      const work = writer.publish([change(path, 'x')], online, NOW);
      await expect(work).rejects.toMatchObject({ code: 'WP-TUF-PATH' });
    },
  );
});

describe('ready fragments', () => {
  const path = fc.stringMatching(/^[!#-.0-[\]-~]{1,20}$/u);
  const entry = fc.tuple(path, fc.nat(), fc.nat());
  it('join to the canonical form of the same value', () => {
    fc.assert(
      fc.property(fc.array(entry), fc.nat(), (entries, version) => {
        const targets = new Fragments();
        const meta = new Fragments();
        for (const [name, length, seed] of entries) {
          targets.set(name, targetFragment(name, length, hash('sha256', String(seed), 'hex')));
          meta.set(`${name}.json`, metaFragment(name, length));
        }
        const head = { version, expires: NOW };
        for (const text of [binText(head, targets), snapshotText(head, meta)]) {
          const value = parseStrictJson(Buffer.from(text), 'test');
          expect(olpcJson(value)).toBe(text);
          expect(canonicalize(value)).toBe(text);
        }
      }),
    );
  });
});

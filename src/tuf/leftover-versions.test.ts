// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { expect, it } from 'vitest';
import { MemoryFolder } from '../../test/world/staged-folder.ts';
import { makeSigner, signerOf, TufStore } from '../../test/world/tuf-repository.ts';
import { TufClient } from './client.ts';
import { PROFILES } from './lives.ts';
import { createRepository } from './new-repository.ts';
import { versionsAfter } from './repository-state.ts';
import { RepositoryWriter } from './repository-writer.ts';

const lives = PROFILES.server;
const NOW = Date.parse('2026-01-01T00:00:00Z');
const online = signerOf(makeSigner());
const PATH = 'packages/a/a-1.tar.gz';
const BOUND = 2 ** 48;

it('a file that a thief left at the bound of versions keeps nobody from what is published later', async () => {
  const folder = new MemoryFolder();
  const holders = [signerOf(makeSigner())];
  await createRepository(folder, { holders, threshold: 1, online, bits: 1, lives, now: NOW });
  folder.files.set(`${BOUND}.snapshot.json`, Buffer.from('{}'));
  folder.files.set(`${BOUND}.targets.json`, Buffer.from('{}'));
  const left = Buffer.from(JSON.stringify({ signed: { version: BOUND } }));
  folder.files.set('timestamp.json.new', left);
  expect(await versionsAfter(folder, 1)).toEqual({ root: 2, targets: BOUND + 1, bins: 2 });

  const store = new TufStore();
  await store.save('root', folder.files.get('1.root.json') ?? new Uint8Array());
  const source = { fetch: async (name: string) => await folder.read(name) };
  for (const text of ['one', 'two', 'three']) {
    const target = { length: text.length, sha256: hash('sha256', text, 'hex') };
    const writer = await RepositoryWriter.open(folder, lives);
    const published = await writer.publish([{ path: PATH, target }], online, NOW);
    expect(published?.snapshot).toBeGreaterThan(BOUND);
    const client = await TufClient.open({ source, store, now: NOW });
    await client.refresh();
    expect((await client.findTarget(PATH))?.hashes['sha256']).toBe(target.sha256);
  }
});

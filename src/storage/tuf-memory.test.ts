// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openTufMemory } from './tuf-memory.ts';

const ground = mkdtempSync(join(tmpdir(), 'tuf-memory-'));
afterAll(() => rmSync(ground, { recursive: true }));
const document = (version: number, word = ''): Uint8Array =>
  Buffer.from(JSON.stringify({ signatures: [], signed: { version, word } }));

test('what is saved is loaded, and what is removed is gone', async () => {
  const memory = openTufMemory(join(ground, 'plain'));
  expect(await memory.load('timestamp')).toBeNull();
  await memory.save('timestamp', document(2));
  expect(await memory.load('timestamp')).toEqual(Buffer.from(document(2)));
  await memory.remove('timestamp');
  expect(await memory.load('timestamp')).toBeNull();
});

test('of two processes, the one that is behind does not take back what the other one saw', async () => {
  const [ours, theirs] = [1, 2].map(() => openTufMemory(join(ground, 'two')));
  await ours?.save('timestamp', document(1));
  await theirs?.load('timestamp');
  await ours?.save('timestamp', document(9));
  await theirs?.save('timestamp', document(5));
  expect(await theirs?.load('timestamp')).toEqual(Buffer.from(document(9)));
});

test('after a root that takes the keys away, versions begin anew (TUF specification, 5.3.11)', async () => {
  const memory = openTufMemory(join(ground, 'anew'));
  await memory.save('snapshot', document(2 ** 31));
  const next = openTufMemory(join(ground, 'anew'));
  // Signed by keys that count no more: loaded, and of no use.
  await next.load('snapshot');
  await next.save('snapshot', document(3));
  expect(await next.load('snapshot')).toEqual(Buffer.from(document(3)));
});

test('what is damaged gives way', async () => {
  const memory = openTufMemory(join(ground, 'damaged'));
  writeFileSync(join(ground, 'damaged', 'root.json'), '{"signed":');
  await memory.save('root', document(1));
  expect(await memory.load('root')).toEqual(Buffer.from(document(1)));
});

test('a role may be called anything, and stays in the folder (attack G07)', async () => {
  const folder = join(ground, 'names', 'inner');
  const memory = openTufMemory(folder);
  const names = ['../out', '/etc/out', 'a\0b', 'C:\\out', '%2e%2e', '.', '..', 'x'.repeat(9_999)];
  for (const [version, name] of names.entries()) await memory.save(name, document(version));
  for (const [version, name] of names.entries())
    expect(await memory.load(name)).toEqual(Buffer.from(document(version)));
  expect(readdirSync(join(ground, 'names'))).toEqual(['inner']);
  expect(readdirSync(folder).every((name) => /^=[0-9a-f]{64}\.json$/u.test(name))).toBe(true);
});

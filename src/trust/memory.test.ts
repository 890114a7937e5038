// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { Artifact } from '../core/artifact.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import { TrustMemory } from './memory.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const URL_OF_FILE = 'https://files.index.example/demo-1.0-py3-none-any.whl';

const listed: Artifact = {
  index: 'https://index.example/simple/',
  project: 'demo',
  version: '1.0',
  filename: 'demo-1.0-py3-none-any.whl',
  kind: 'wheel',
  url: URL_OF_FILE,
  listed: null,
};
const direct: Artifact = { ...listed, index: 'direct:https://files.index.example' };
const elsewhere: Artifact = { ...listed, index: 'https://mirror.test/simple/' };

function open() {
  const clock = { at: 1000, now: () => clock.at };
  const rows = openMemoryTrustRows();
  return { rows, clock, memory: new TrustMemory(rows, clock) };
}

describe('the memory of files', () => {
  test('knows nothing at first, then what it accepted', () => {
    const { memory, clock } = open();
    expect(memory.recall(listed)).toBeNull();
    expect(memory.ageOf(listed)).toBeNull();
    const { outcome, file } = memory.accept(listed, A, 7, 'first-seen', 'p1');
    expect(outcome).toBe('first');
    expect(file).toMatchObject({ sha256: A, size: 7, firstSeen: 1000, verdict: 'first-seen' });
    clock.at = 5000;
    expect(memory.accept(listed, A, 7, 'remembered', 'p2')).toMatchObject({
      outcome: 'same',
      file: { firstSeen: 1000, lastSeen: 5000, verdict: 'first-seen', policy: 'p2' },
    });
    expect(memory.ageOf(listed)).toBe(4000);
    clock.at = 0;
    expect(memory.ageOf(listed)).toBe(0);
  });

  test('other bytes under the same name are a conflict', () => {
    const { memory, rows } = open();
    memory.accept(listed, A, 7, 'first-seen', 'p');
    expect(memory.accept(listed, B, 7, 'first-seen', 'p')).toMatchObject({
      outcome: 'conflict',
      file: { sha256: A },
    });
    expect(rows.list({})).toHaveLength(1);
  });

  test.each([
    ['demo-1.0-py2.py3-none-any.whl', 'Demo-1.0-py3.py2-none-any.whl'],
    ['de_mo-1.0.tar.gz', 'De.Mo-1.0.tar.gz'],
  ])('%s is the same file as %s', (filename, other) => {
    const { memory } = open();
    const project = filename.startsWith('de_') ? 'de-mo' : 'demo';
    const one = { ...listed, project, filename, url: `https://index.example/${filename}` };
    const two = { ...one, filename: other, url: `https://index.example/${other}` };
    memory.accept(one, A, 7, 'first-seen', 'p');
    expect(memory.recall(two)).toMatchObject({ filename, sha256: A });
    expect(memory.accept(two, B, 7, 'first-seen', 'p').outcome).toBe('conflict');
    expect(memory.accept(two, A, 7, 'remembered', 'p').outcome).toBe('first');
    expect(memory.recall({ ...two, index: 'https://mirror.test/simple/' })).toBeNull();
  });

  test.each([
    'demo-1.0-1-py3-none-any.whl',
    'demo-1.0-py2-none-any.whl',
    'demo-1.0.tar.gz',
    'demo-1.0.zip',
  ])('%s is another file of the release', (filename) => {
    const { memory } = open();
    memory.accept(listed, A, 7, 'first-seen', 'p');
    const sdist = { ...listed, filename: 'Demo-1.0.tar.bz2', url: 'https://index.example/old' };
    memory.accept(sdist, A, 7, 'first-seen', 'p');
    expect(memory.recall({ ...listed, filename, url: 'https://index.example/x' })).toBeNull();
  });

  test('two indexes are apart, even with the same address', () => {
    const { memory } = open();
    memory.accept(listed, A, 7, 'first-seen', 'p');
    expect(memory.recall(elsewhere)).toBeNull();
    expect(memory.accept(elsewhere, B, 7, 'first-seen', 'p').outcome).toBe('first');
  });

  test('a direct address finds what an index led to before, and keeps its key', () => {
    const { memory, rows } = open();
    memory.accept(listed, A, 7, 'first-seen', 'p');
    expect(memory.recall(direct)?.index).toBe(listed.index);
    expect(memory.accept(direct, A, 7, 'remembered', 'p2')).toMatchObject({
      outcome: 'same',
      file: { index: listed.index, policy: 'p2' },
    });
    expect(memory.accept(direct, B, 7, 'first-seen', 'p').outcome).toBe('conflict');
    expect(rows.list({})).toHaveLength(1);
  });

  test('an index finds what a direct address led to before: its age goes on, its bytes hold', () => {
    const { memory, clock } = open();
    memory.accept(direct, A, 7, 'first-seen', 'p');
    clock.at = 9000;
    expect(memory.accept(listed, B, 7, 'first-seen', 'p').outcome).toBe('conflict');
    expect(memory.accept(listed, A, 7, 'remembered', 'p')).toMatchObject({
      outcome: 'first',
      file: { index: listed.index, firstSeen: 1000, lastSeen: 9000 },
    });
  });

  test('a direct address with another file is another file', () => {
    const { memory } = open();
    memory.accept(listed, A, 7, 'first-seen', 'p');
    expect(memory.recall({ ...direct, url: `${URL_OF_FILE}?v=2` })).toBeNull();
  });
});

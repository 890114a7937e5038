// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { Artifact } from '../core/artifact.ts';
import type { RememberedFile } from '../core/trust-rows.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import { ElsewhereMemory } from './elsewhere.ts';

const A = 'https://a.test/simple/';
const B = 'https://b.test/simple/';
const [ONE, TWO] = ['1'.repeat(64), '2'.repeat(64)] as const;

const remembered = (index: string, version: string, sha256: string): RememberedFile => ({
  index,
  project: 'good',
  version,
  filename: `good-${version}.tar.gz`,
  url: `${index}good-${version}.tar.gz`,
  sha256,
  size: 1,
  firstSeen: 1,
  lastSeen: 1,
  verdict: 'first-seen',
  policy: 'p',
});

const artifact = (
  index: string,
  version: string,
  filename = `good-${version}.tar.gz`,
): Artifact => ({
  ...remembered(index, version, ONE),
  filename,
  kind: 'sdist',
  listed: null,
});

function memoryOf(...files: readonly RememberedFile[]): ElsewhereMemory {
  const rows = openMemoryTrustRows();
  for (const file of files) rows.remember(file);
  return new ElsewhereMemory(rows);
}

describe('what other indexes gave of a project', () => {
  test('nothing, where nobody gave anything', () => {
    expect(memoryOf().of(artifact(B, '1.0'), B, ONE)).toEqual({ differing: [], formerIndexes: [] });
  });

  test('a new version from an index that never gave any', () => {
    const found = memoryOf(remembered(A, '1.0', ONE)).of(artifact(B, '2.0'), B, TWO);
    expect(found).toEqual({ differing: [], formerIndexes: [A] });
  });

  test('other bytes under one name, also where both indexes are known', () => {
    const memory = memoryOf(remembered(A, '1.0', ONE), remembered(B, '0.9', TWO));
    const found = memory.of(artifact(B, '1.0', 'Good-1.0.tar.gz'), B, TWO);
    expect(found.formerIndexes).toEqual([]);
    expect(found.differing.map(({ index }) => index)).toEqual([A]);
  });

  test('a mirror has the same bytes', () => {
    const memory = memoryOf(remembered(A, '1.0', ONE));
    expect(memory.of(artifact(B, '1.0'), B, ONE)).toEqual({ differing: [], formerIndexes: [] });
  });

  test('addresses given directly are no index', () => {
    const direct = 'direct:https://a.test';
    const memory = memoryOf(remembered(direct, '1.0', ONE));
    expect(memory.of(artifact(B, '2.0'), B, TWO).formerIndexes).toEqual([]);
    const known = memoryOf(remembered(A, '1.0', ONE));
    expect(known.of(artifact(direct, '2.0'), direct, TWO).formerIndexes).toEqual([]);
  });
});

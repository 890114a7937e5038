// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { Artifact, Hashes, ListedFile } from '../core/artifact.ts';
import { bareListing } from '../core/listed-file.ts';
import type { HeldBytes } from '../core/bytes.ts';
import { indexHash } from './index-hash.ts';

function artifact(hashes: Hashes, size: number | null = null): Artifact {
  const listed: ListedFile = {
    ...bareListing('good-1.0.tar.gz', 'https://index.test/good-1.0.tar.gz'),
    hashes,
    size,
  };
  const { filename, url } = listed;
  return { index: 'i', project: 'good', version: '1.0', filename, kind: 'sdist', url, listed };
}

const held: HeldBytes = {
  size: 4,
  digests: { sha256: 'right', md5: 'right' },
  read: async () => new Uint8Array(),
};

describe("the index's own hash", () => {
  test.each([
    ['agrees', { sha256: 'right' }, null, 'vouched', null],
    ['differs', { sha256: 'wrong' }, null, 'failed', 'WP-HASH-MISMATCH'],
    ['differs in one of two', { sha256: 'right', md5: 'wrong' }, 4, 'failed', 'WP-HASH-MISMATCH'],
    ['is of an unknown kind only', { crc32: 'x' }, null, 'absent', null],
    ['agrees but the size differs', { sha256: 'right' }, 5, 'failed', 'WP-SIZE-MISMATCH'],
  ] as const)('%s', async (_, hashes, size, state, code) => {
    expect(await indexHash.examine(artifact(hashes, size), held)).toMatchObject({ state, code });
  });

  test('is integrity, never a voucher', () => {
    expect(indexHash.class).toBe('integrity');
  });
});

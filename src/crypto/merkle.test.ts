// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { leafHash, rootOfInclusion } from './merkle.ts';

/** RFC 9162, 2.1.1 and 2.1.3.1, as written there. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only !== undefined && leaves.length === 1) return only;
  const split = splitOf(leaves.length);
  return join(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

function pathOf(index: number, leaves: readonly Buffer[]): readonly Buffer[] {
  if (leaves.length === 1) return [];
  const split = splitOf(leaves.length);
  return index < split
    ? [...pathOf(index, leaves.slice(0, split)), rootOf(leaves.slice(split))]
    : [...pathOf(index - split, leaves.slice(split)), rootOf(leaves.slice(0, split))];
}

const splitOf = (count: number): number => 2 ** (Math.ceil(Math.log2(count)) - 1);
const join = (left: Buffer, right: Buffer): Buffer =>
  createHash('sha256')
    .update(Buffer.from([1]))
    .update(left)
    .update(right)
    .digest();

const all = Array.from({ length: 17 }, (_, index) => leafHash(Buffer.from(`entry ${index}`)));
const at = (index: number): Buffer => all[index] ?? Buffer.alloc(0);

describe('inclusion', () => {
  test('is proved for every entry of every small tree, and for none at another place', () => {
    for (let size = 1; size <= all.length; size += 1) {
      const leaves = all.slice(0, size);
      const root = rootOf(leaves);
      for (let index = 0; index < size; index += 1) {
        const path = pathOf(index, leaves);
        expect(rootOfInclusion(at(index), index, size, path)).toEqual(root);
        for (let other = 0; other <= size; other += 1) {
          if (other === index) continue;
          expect(rootOfInclusion(at(index), other, size, path)).not.toEqual(root);
        }
        const longer = [...path, root];
        expect(rootOfInclusion(at(index), index, size, longer)).toBeNull();
        if (size > 1)
          expect(rootOfInclusion(at(index), index, size, path.slice(1))).not.toEqual(root);
      }
    }
  });

  test('of a place that a tree does not have leads nowhere', () => {
    expect(rootOfInclusion(at(0), 0, 0, [])).toBeNull();
    expect(rootOfInclusion(at(0), 2 ** 33, 2 ** 33, [])).toBeNull();
  });

  test('in a tree of more than 2^32 entries', () => {
    const path = Array.from({ length: 40 }, (_, level) => at(level % 17));
    const expected = path.reduce((hash, sibling) => join(hash, sibling), at(3));
    expect(rootOfInclusion(at(3), 0, 2 ** 40, path)).toEqual(expected);
  });
});

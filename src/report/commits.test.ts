// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { CommitReceipt } from '../core/report.ts';
import { commitLines } from './commits.ts';

const C = 'c'.repeat(40);
const receipt: CommitReceipt = {
  project: 'x',
  version: '1.0',
  repository: 'https://h.test/r',
  revision: 'v1',
  ref: 'refs/tags/v1',
  commit: C,
  verdict: 'first-seen',
  moves: false,
  pinned: [],
  seen: true,
};

test.each<[Partial<CommitReceipt>, string]>([
  [{}, `x 1.0: commit ${C} of https://h.test/r, the tag v1 (first seen, and remembered)`],
  [{ verdict: 'remembered' }, `x 1.0: commit ${C} of https://h.test/r, the tag v1 (as before)`],
  [
    { ref: 'refs/heads/main', moves: true },
    `x 1.0: commit ${C} of https://h.test/r, the branch main, which moves: nobody vouches for the commit (first seen)`,
  ],
  [
    { pinned: ['uv.lock:3'], verdict: 'vouched', seen: false },
    `x 1.0: commit ${C} of https://h.test/r, pinned in uv.lock:3`,
  ],
  [
    { project: null, version: null, seen: false },
    `https://h.test/r: commit ${C}, the tag v1 (first seen, and remembered); the installer alone says so`,
  ],
])('says which commit, and who says so: %j', (over, line) => {
  expect(commitLines({ commits: [{ ...receipt, ...over }] })).toStrictEqual([line]);
});

test('a flood is cut', () => {
  const lines = commitLines({ commits: Array.from({ length: 9 }, () => receipt) });
  expect(lines).toHaveLength(6);
  expect(lines.at(-1)).toBe('4 more commits (--report FILE lists them)');
});

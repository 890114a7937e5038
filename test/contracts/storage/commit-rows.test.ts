// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { RememberedCommit } from '../../../src/core/repository.ts';
import { TRUST_ROWS_BACKENDS } from '../../../src/storage/index.ts';
import { temporaryPlace } from './place.ts';

const TAG: RememberedCommit = {
  repository: 'https://git.example/demo',
  ref: "refs/tags/v1'é",
  commit: 'a'.repeat(40),
  firstSeen: 2_000,
  lastSeen: 3_000,
};
const BRANCH: RememberedCommit = { ...TAG, ref: 'refs/heads/main' };
const LATER: RememberedCommit = { ...BRANCH, commit: 'b'.repeat(64) };
const OTHER: RememberedCommit = { ...TAG, repository: 'https://git.example/other' };

describe.each(TRUST_ROWS_BACKENDS)('commit rows: $name', (backend) => {
  test('are kept by repository, reference and commit, in one order', () => {
    using place = temporaryPlace();
    const clock = { now: () => 0 };
    let rows = backend.open(place.path, clock);
    for (const row of [TAG, LATER, OTHER, BRANCH]) rows.rememberCommit(row);
    if (backend.durable) {
      rows.close();
      rows = backend.open(place.path, clock);
    }
    expect(rows.recallCommits(TAG.repository)).toEqual([BRANCH, LATER, TAG]);
    expect(rows.recallCommits('https://git.example/none')).toEqual([]);
    expect(rows.listCommits()).toEqual([BRANCH, LATER, TAG, OTHER]);
    expect(rows.forgetCommits(TAG.repository, 'refs/heads/main')).toBe(2);
    expect(rows.forgetCommits(TAG.repository, 'refs/heads/main')).toBe(0);
    expect(rows.listCommits()).toEqual([TAG, OTHER]);
    rows.close();
  });

  test('keep the first sight and the last, and nothing of a transaction that failed', () => {
    using place = temporaryPlace();
    const rows = backend.open(place.path, { now: () => 0 });
    rows.rememberCommit(TAG);
    rows.rememberCommit({ ...TAG, firstSeen: 1_000, lastSeen: 2_500 });
    rows.rememberCommit({ ...TAG, firstSeen: 9_000, lastSeen: 9_000 });
    expect(rows.listCommits()).toEqual([{ ...TAG, firstSeen: 1_000, lastSeen: 9_000 }]);
    const fail = (): never => {
      rows.rememberCommit(BRANCH);
      throw new Error('no');
    };
    expect(() => rows.transaction(fail)).toThrow('no');
    expect(rows.listCommits()).toHaveLength(1);
    rows.close();
  });

  test.each([{ commit: 'a'.repeat(39) }, { commit: 'A'.repeat(40) }, { firstSeen: -1 }])(
    'refuse what is none: %j',
    (over) => {
      using place = temporaryPlace();
      const rows = backend.open(place.path, { now: () => 0 });
      expect(() => rows.rememberCommit({ ...TAG, ...over })).toThrow(TypeError);
      rows.close();
    },
  );
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { EvidenceKind } from '../core/evidence.ts';
import {
  ask,
  FILE,
  GOOD,
  listed,
  open,
  PAGE,
  sha256,
  verdictOf,
  whole,
} from './scene.test-support.ts';

const INDEX = 'https://index.test/simple/';

function stating(stated: string): EvidenceKind {
  return {
    kind: 'stated',
    class: 'you',
    foresee: async () => null,
    statedSha256: () => stated,
    examine: async () => ({
      kind: 'stated',
      class: 'you',
      state: 'absent',
      identity: null,
      detail: '',
      code: null,
    }),
  };
}

describe('while the outside is down', () => {
  test('a known file that a page lists is served, and nothing is asked', async () => {
    const before = await verdictOf({ page: [listed(GOOD)], answers: [() => whole(GOOD)] });
    const scene = { page: [listed(GOOD)], keptAt: 1 };
    const after = await verdictOf(scene, before.shared);
    expect([before.outcome.outcome, after.outcome.outcome]).toStrictEqual(['released', 'released']);
    expect(after.fetches()).toBe(0);
  });

  test('a file of a direct address is served where its stated sha256 is known', async () => {
    const before = open({ answers: [() => whole(GOOD)] });
    expect((await before.verifier.file(ask(FILE))).outcome).toBe('released');
    const known = open({ extra: [stating(sha256(GOOD))] }, before.shared);
    expect((await known.verifier.file(ask(FILE))).outcome).toBe('released');
    expect(known.fetches()).toBe(0);
    for (const extra of [[], [stating('0'.repeat(64))]]) {
      const unknown = open({ extra }, before.shared);
      expect((await unknown.verifier.file(ask(FILE))).outcome).toBe('refused');
    }
  });

  test('a copy of a page is no sight of the index', async () => {
    const copy = open({ page: [listed(GOOD)], keptAt: 1 });
    await copy.verifier.page(ask(PAGE));
    expect(copy.shared.rows.recallPage(INDEX, 'good')).toBeNull();
    const fresh = open({ page: [listed(GOOD)] }, copy.shared);
    await fresh.verifier.page(ask(PAGE));
    expect(copy.shared.rows.recallPage(INDEX, 'good')).not.toBeNull();
  });
});

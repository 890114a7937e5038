// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { TrustedRoots } from '../core/trusted-roots.ts';
import { freshRoots } from './root-freshness.ts';

const DAY_MS = 24 * 3_600_000;
const NOW = Date.parse('2026-06-01T00:00:00Z');
const subject = { project: 'good', index: 'https://index.test/simple/' };
const aged = (days: number): TrustedRoots => {
  const roots = [{ name: 'corp', bytes: new Uint8Array(), checkedAt: NOW - days * DAY_MS }];
  return async () => roots;
};
const asked = (days: number, strict: boolean) =>
  freshRoots(aged(days), { strict }, { now: () => NOW })(subject);

test('a root that nobody looked after for a year verifies nothing under --strict', async () => {
  await expect(asked(365, true)).rejects.toMatchObject({ code: 'WP-TRUSTED-ROOT-OLD' });
  await expect(asked(364, true)).resolves.toHaveLength(1);
  await expect(asked(4000, false)).resolves.toHaveLength(1);
});

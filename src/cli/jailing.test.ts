// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Intent } from '../core/installer.ts';
import { jailNote, wishFor } from './jailing.ts';

const intent = (over: Partial<Intent>): Intent => ({
  fetches: true,
  wishes: [],
  pins: [],
  indexes: [],
  caFiles: [],
  proxy: null,
  targets: [],
  notes: [],
  refusals: [],
  ...over,
});
const installs = intent({});
const runs = intent({ runsProgram: true });
const lists = intent({ fetches: false });
const NONE = { level: 'none', obstacles: ['namespace: no', 'landlock: no'] } as const;

test('without a word, what installs is jailed and what runs a program of the user is not', () => {
  expect([installs, runs, lists].map((one) => wishFor('auto', one))).toEqual([
    'auto',
    'off',
    'off',
  ]);
});

test.each(['namespace', 'landlock', 'off'] as const)('%s is done as asked', (asked) => {
  for (const one of [installs, runs, lists]) expect(wishFor(asked, one)).toBe(asked);
});

test('the complete jail needs no word; nor does a verb that fetches nothing', () => {
  expect(jailNote('auto', installs, { level: 'namespace', obstacles: [] })).toBeNull();
  expect(jailNote('auto', lists, { level: 'none', obstacles: [] })).toBeNull();
});

test.each([
  ['auto', installs, NONE, /^proxy only: .* could go round \(namespace: no; landlock: no\)$/u],
  ['off', installs, { level: 'none', obstacles: [] }, /^proxy only: .*\(--jail off\)$/u],
  ['auto', runs, { level: 'none', obstacles: [] }, /^proxy only: .*keeps its network/u],
  ['landlock', installs, { level: 'landlock', obstacles: [] }, /^Landlock jail: .* go round$/u],
  [
    'auto',
    installs,
    { level: 'landlock', obstacles: ['namespace: no'] },
    /^Landlock jail: .*\(namespace: no\)$/u,
  ],
] as const)('%s, not complete: %#', (asked, one, held, note) => {
  expect(jailNote(asked, one, held)).toMatch(note);
});

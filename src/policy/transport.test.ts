// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY, policyDigest, sealPolicy, type PinRule } from './policy.ts';
import { allowsInside, pinNotes, pinsFor, refusesWeakTls } from './transport.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 21);
const ONE = `sha256:${'A'.repeat(43)}=`;
const TWO = `sha256:${'B'.repeat(43)}=`;

const rule = (changes: Partial<PinRule> = {}): PinRule => ({
  host: 'index.example:443',
  primary: [ONE],
  backup: [],
  expires: null,
  source: 'wheelproof.toml [[index]] 1',
  ...changes,
});

test('weak TLS is refused by strict and by weak-tls', () => {
  expect(refusesWeakTls(DEFAULT_POLICY)).toBe(false);
  expect(refusesWeakTls({ ...DEFAULT_POLICY, weakTls: 'refuse' })).toBe(true);
  expect(refusesWeakTls({ ...DEFAULT_POLICY, strict: true })).toBe(true);
});

test('hosts inside may be named where allow-inside names them', () => {
  const policy = { ...DEFAULT_POLICY, allowInside: ['*.corp.example', '10.0.0.1:8443'] };
  expect(allowsInside(policy, 'files.corp.example:444')).toBe(true);
  expect(allowsInside(policy, '10.0.0.1:8443')).toBe(true);
  expect(allowsInside(policy, '10.0.0.1')).toBe(false);
  expect(allowsInside(policy, 'corp.example')).toBe(false);
});

describe('the pins of a server', () => {
  test.each([
    ['index.example:443', 'index.example', 443, true],
    ['index.example:443', 'INDEX.example', 443, true],
    ['index.example:443', 'index.example', 8443, false],
    ['index.example', 'index.example', 8443, true],
    ['*.example', 'files.example', 443, true],
    ['*.example', 'example', 443, false],
    ['[::1]:8443', '::1', 8443, true],
    ['[::1]', '::1', 8443, true],
    ['index.example:443', 'index.example.evil.test', 443, false],
  ])('of %s are for %s:%s: %s', (host, hostname, port, holds) => {
    const found = pinsFor({ pins: [rule({ host })], strict: false }, { hostname, port }, NOW);
    expect(found).toHaveLength(holds ? 1 : 0);
  });

  test('are of every table that names it', () => {
    const pins = [rule(), rule({ host: '*.example', primary: [TWO], source: 'other' })];
    const server = { hostname: 'index.example', port: 443 };
    const found = pinsFor({ pins, strict: false }, server, NOW);
    expect(found.map(({ source }) => source)).toEqual(['wheelproof.toml [[index]] 1', 'other']);
  });

  test.each([
    [NOW + 1, true, false],
    [NOW, true, true],
    [NOW - DAY, true, true],
    [NOW - DAY, false, false],
    [null, true, false],
  ])('that expire %s count no longer under strict %s: %s', (expires, strict, expired) => {
    const server = { hostname: 'index.example', port: 443 };
    expect(pinsFor({ pins: [rule({ expires })], strict }, server, NOW)).toMatchObject([
      { expired },
    ]);
  });
});

describe('what is told of pins (D05)', () => {
  test.each([
    [null, false, null],
    [NOW + 15 * DAY, false, null],
    [NOW + 14 * DAY, false, 'expire 2026-12-05T00:00:00.000Z; renew them'],
    [NOW + 1, true, 'renew them'],
    [NOW, false, 'expired 2026-11-21T00:00:00.000Z; they still count; renew them'],
    [NOW - DAY, true, 'only its backup pins count'],
  ])('expiring %s, strict %s: %s', (expires, strict, words) => {
    const notes = pinNotes({ pins: [rule({ expires })], strict }, NOW);
    expect(notes).toEqual(words === null ? [] : [expect.stringContaining(words)]);
    for (const note of notes) expect(note).toContain('index.example:443');
  });
});

describe('the digest', () => {
  const digest = (changes: object): string => policyDigest({ ...DEFAULT_POLICY, ...changes });
  test.each([
    [{ weakTls: 'refuse' }],
    [{ allowInside: ['a.test'] }],
    [{ pins: [rule()] }],
    [{ pins: [rule({ backup: [TWO] })] }],
    [{ pins: [rule({ primary: [ONE, TWO] })] }],
    [{ pins: [rule({ expires: NOW })] }],
  ])('changes with %o', (changes) => {
    const all = new Set([
      digest({}),
      digest({ pins: [rule({ host: 'x.test' })] }),
      digest(changes),
    ]);
    expect(all.size).toBe(3);
  });

  test('does not change with the order of pins, or where they are written', () => {
    const pins = [rule({ primary: [ONE, TWO] }), rule({ host: 'b.test' })];
    const again = [rule({ host: 'b.test', source: 'else' }), rule({ primary: [TWO, ONE] })];
    expect(sealPolicy({ ...DEFAULT_POLICY, pins }).digest).toBe(digest({ pins: again }));
  });
});

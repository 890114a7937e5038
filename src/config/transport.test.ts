// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { load, PROJECT, refusalOf, USER } from '../../test/world/policy-files.ts';

const PIN = `sha256:${'A'.repeat(43)}=`;
const NEXT = `sha256:${'B'.repeat(43)}=`;
const DAY = 86_400_000;

describe('transport in a policy file', () => {
  test('is read, of an index and of other hosts', async () => {
    const text = `
weak-tls = "refuse"
allow-inside = ["files.corp.test"]
[[index]]
url = "https://index.test/simple/"
pins = ["${PIN}"]
backup-pins = ["${NEXT}"]
pins-expire = "2027-01-01"
[[index]]
url = "https://corp.test:8443/simple/"
pins = ["${PIN}"]
[[host]]
name = "*.Files.test"
pins = ["${PIN}", "${NEXT}"]
pins-expire = 2027-01-01T12:00:00Z
`;
    const policy = await load({ [PROJECT]: text });
    expect(policy).toMatchObject({ weakTls: 'refuse', allowInside: ['files.corp.test'] });
    expect(policy.pins).toEqual([
      {
        host: 'index.test:443',
        primary: [PIN],
        backup: [NEXT],
        expires: Date.UTC(2027, 0, 2),
        source: `${PROJECT} [[index]] 1`,
      },
      {
        host: 'corp.test:8443',
        primary: [PIN],
        backup: [],
        expires: null,
        source: `${PROJECT} [[index]] 2`,
      },
      {
        host: '*.files.test',
        primary: [PIN, NEXT],
        backup: [],
        expires: Date.UTC(2027, 0, 1, 12),
        source: `${PROJECT} [[host]] 1`,
      },
    ]);
  });

  test.each([
    ['an unknown answer', 'weak-tls = "warn"', 'expected "accept", "refuse", found "warn"'],
    ['a short pin', host('pins = ["sha256:AAAA"]'), 'a pin such as'],
    ['another hash', host(`pins = ["${PIN.replace('sha256', 'sha1')}"]`), 'a pin such as'],
    ['no pin at all', host('pins = []'), 'at least one pin'],
    ['a host without pins', '[[host]]\nname = "a.test"', 'expected the key "pins"'],
    ['an address for a host', host(`pins = ["${PIN}"]`, 'https://a.test/'), 'a host such as'],
    ['a misspelt key', host(`pins = ["${PIN}"]\nbackup = []`), 'unknown key "backup"'],
    [
      'a false date',
      host(`pins = ["${PIN}"]\npins-expire = "2027-02-30"`),
      'a date of the calendar',
    ],
    ['backup pins alone', index(`backup-pins = ["${PIN}"]`), 'expected pins beside it, found none'],
    ['a date alone', index('pins-expire = "2027-01-01"'), 'expected pins beside it, found none'],
    [
      'pins of an index without TLS',
      `[[index]]\nurl = "http://a.test/"\npins = ["${PIN}"]`,
      'expected https, since it has pins',
    ],
  ])('%s is refused', async (_name, text, words) => {
    const refusal = await refusalOf(load({ [PROJECT]: text }));
    expect(refusal.code).toBe('WP-POLICY-INVALID');
    expect(refusal.message).toContain(words);
  });

  test("a project's file adds to the user's pins, and a note says where it loosens", async () => {
    const policy = await load({
      [USER]: `weak-tls = "refuse"\nallow-inside = ["a.test"]\n${host(`pins = ["${PIN}"]`)}`,
      [PROJECT]: `weak-tls = "accept"\nallow-inside = ["b.test"]\n${host(`pins = ["${NEXT}"]`)}`,
    });
    expect(policy.pins.map(({ primary }) => primary)).toEqual([[PIN], [NEXT]]);
    expect(policy.allowInside).toEqual(['a.test', 'b.test']);
    expect(policy.notes).toEqual([expect.stringContaining('weak-tls of')]);
  });

  test('pins that expire within 14 days are told (D05)', async () => {
    const text = host(`pins = ["${PIN}"]\npins-expire = "2027-01-01"`);
    const end = Date.UTC(2027, 0, 2);
    const at = async (now: number) => (await load({ [PROJECT]: text }, { now })).notes;
    expect(await at(end - 15 * DAY)).toEqual([]);
    expect(await at(end - 14 * DAY)).toEqual([expect.stringContaining('renew them')]);
    expect(await at(end)).toEqual([expect.stringContaining('they still count')]);
  });
});

function host(lines: string, name = 'a.test'): string {
  return `[[host]]\nname = "${name}"\n${lines}`;
}

function index(lines: string): string {
  return `[[index]]\nurl = "https://a.test/"\n${lines}`;
}

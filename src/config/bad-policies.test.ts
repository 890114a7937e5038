// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { load, PROJECT, refusalOf } from '../../test/world/policy-files.ts';

const exception = (lines: string): string =>
  `[[exception]]\nproject = "a"\nrule = "require"\nreason = "r"\nowner = "o"\n${lines}`;

describe('attacks M04, M05: a policy that cannot be understood stops everything', () => {
  test.each([
    ['an empty file', '', 'expected at least one rule, found an empty policy'],
    ['comments alone', '# first-use = "refuse"\n', 'found an empty policy'],
    [
      'a byte-order mark',
      '\u{feff}first-use = "ask"',
      ':1: expected UTF-8 without a byte-order mark',
    ],
    ['broken TOML', 'first-use = "ask"\nrequire = ', ':2: expected valid TOML'],
    ['a key twice', 'first-use = "ask"\nfirst-use = "refuse"', ':2: expected valid TOML'],
    ['__proto__', '__proto__ = { first-use = "accept" }', 'unsafe property'],
    ['[__proto__]', 'first-use = "ask"\n[__proto__]\nx = 1', 'unsafe property'],
    ['constructor', '[constructor.prototype]\nx = 1', 'unsafe property'],
    [
      'a misspelt key',
      'first-use = "ask"\nfirst_use = "refuse"',
      ':2: first_use: expected "first-use", found the unknown key "first_use"',
    ],
    ['an unknown key', 'colour = "red"', ':1: colour: expected one of first-use, require'],
    [
      'a misspelt table',
      '[[projects]]\nname = "a"',
      ':1: projects: expected "project", found the unknown key "projects"',
    ],
    ['a single table', '[project]\nname = "a"', ':1: project: expected Array'],
    [
      'a wrong type',
      'first-use = true',
      ':1: first-use: expected "accept", "ask", "refuse", found boolean true',
    ],
    [
      'a wrong word',
      '\nfirst-use = "acept"',
      ':2: first-use: expected "accept", "ask", "refuse", found "acept"',
    ],
    ['a text for a list', 'allow-hosts = "a.test"', 'allow-hosts: expected Array, found "a.test"'],
    ['a URL for a host', 'allow-hosts = ["https://a.test/"]', 'expected a host such as'],
    ['dots in a row', 'allow-hosts = ["a..test"]', 'expected hosts such as'],
    ['a bare number', 'cooldown = 14', ':1: cooldown: expected string, found number 14'],
    ['a strange unit', 'cooldown = "2 weeks"', 'expected a duration such as'],
    ['an endless cooldown', 'cooldown = "99999w"', 'expected at most ten years'],
    ['a strange size', 'max-file-size = "10 GiB"', 'expected a size such as'],
    ['a strange age', 'stale-if-error = "a day"', 'expected a duration such as'],
    ['no size', 'max-file-size = "0B"', 'expected a size such as'],
    ['an endless size', 'max-file-size = "999999999999TiB"', 'expected a size such as'],
    ['an old TLS', 'minimum-tls = "1.1"', 'expected "1.2", "1.3", found "1.1"'],
    [
      'a broken requirement',
      'require = "publisher or"',
      ':1: require: require "publisher or", character 13: expected a class or kind of evidence, "N of (…)" or "(", found the end',
    ],
    [
      'a misspelt class',
      'require = "publsher or log"',
      'require: expected "publisher", found the unknown name "publsher"',
    ],
    [
      'a rule without name',
      '[[project]]\nfirst-use = "ask"',
      ':1: [[project]] 1: expected the key "name" or "namespace", found none',
    ],
    [
      'a name without rule',
      '[[project]]\nname = "a"\n\n[[project]]\nname = "b"\nfirst-use = "ask"',
      ':1: [[project]] 1: expected a rule beside the name',
    ],
    [
      'a misspelt key in a table',
      '[[project]]\nname = "a"\ncooldown = "1d"\n[[project]]\nname = "b"\ncoldown = "1d"',
      ':6: [[project]] 2, coldown: expected "cooldown"',
    ],
    [
      'a bad project glob',
      '[[project]]\nname = "a[bc]"\nfirst-use = "ask"',
      ':2: [[project]] 1, name: expected a project name',
    ],
    ['two stars', '[[project]]\nname = "a**"\nfirst-use = "ask"', 'expected a project name'],
    [
      'an index nobody describes',
      '[[project]]\nname = "a"\nindex = "corp"',
      'expected an address or the name of an [[index]]',
    ],
    [
      'an index by file',
      '[[index]]\nurl = "file:///srv"',
      'expected an address that begins with https://',
    ],
    [
      'a password',
      '[[index]]\nurl = "https://me:secret@a.test/"',
      'expected an address without user name and password',
    ],
    [
      'one index twice',
      '[[index]]\nurl = "https://a.test/s"\n[[index]]\nurl = "https://A.test/s/"',
      ':4: [[index]] 2, url: expected each index once',
    ],
    [
      'no expiry',
      exception(''),
      '[[exception]] 1, expires: expected the key "expires", found none',
    ],
    [
      'a false date',
      exception('expires = 2026-02-30'),
      ':6: expected a date of the calendar, found 2026-02-30',
    ],
    [
      'a false date in quotes',
      exception('expires = "2026-02-30"'),
      'expected a date of the calendar',
    ],
    [
      'a time without offset',
      exception('expires = 2026-12-31T10:00:00'),
      'expected a date such as',
    ],
    ['a false time', exception('expires = "2026-12-31T25:00:00Z"'), 'expected a time of day'],
    ['a month', exception('expires = "2026-12"'), 'expected a date such as'],
    [
      'no specifier',
      exception('version = "2.x"\nexpires = 2026-12-31'),
      'expected version specifiers',
    ],
    [
      'no one',
      exception('expires = 2026-12-31').replace('"o"', '""'),
      ':5: [[exception]] 1, owner: expected some text',
    ],
    [
      'what no exception lifts',
      exception('expires = 2026-12-31').replace('"require"', '"WP-HASH-MISMATCH"'),
      '[[exception]] 1, rule: expected',
    ],
  ])('%s', async (_name, text, message) => {
    const refusal = await refusalOf(load({ [PROJECT]: text }));
    expect(refusal.code).toBe('WP-POLICY-INVALID');
    expect(refusal.message).toContain(message);
    expect(refusal.message).toContain(PROJECT);
    expect(refusal.message).not.toContain('secret');
  });

  test.each([
    ['dotted keys', `${'a.'.repeat(5_000)}b = 1`],
    ['lists', `a = ${'['.repeat(5_000)}`],
    ['tables', `a = ${'{a='.repeat(5_000)}`],
  ])('%s without end', async (_name, text) => {
    const refusal = await refusalOf(load({ [PROJECT]: text }));
    expect(refusal.code).toBe('WP-POLICY-INVALID');
    expect(refusal.message.length).toBeLessThan(1_000);
  });

  test('bytes that are no UTF-8', async () => {
    const refusal = await refusalOf(load({ [PROJECT]: Uint8Array.of(0x61, 0xff) }));
    expect(refusal.message).toBe(`${PROJECT}: expected UTF-8, found other bytes`);
  });

  test('an empty table in pyproject.toml, and a broken one that names us', async () => {
    const file = '/srv/pyproject.toml';
    const empty = await refusalOf(load({ [file]: '[tool.wheelproof]\n' }));
    expect(empty.message).toContain(`${file}:1: expected at least one rule`);
    const broken = await refusalOf(load({ [file]: '[tool.wheelproof\n' }));
    expect(broken.message).toContain('expected valid TOML');
    const wrong = await refusalOf(load({ [file]: '[tool]\nwheelproof = 1' }));
    expect(wrong.code).toBe('WP-POLICY-INVALID');
  });

  test('a line in pyproject.toml is that of our table', async () => {
    const text =
      '[tool.other]\ncooldown = 1\n[tool.wheelproof]\n[[tool.wheelproof.project]]\nname = "a"\ncooldown = 1';
    const refusal = await refusalOf(load({ '/srv/pyproject.toml': text }));
    expect(refusal.message).toContain('/srv/pyproject.toml:6: [[project]] 1, cooldown');
  });

  test('names in require are compared with the kinds of evidence there are', async () => {
    const evidenceKinds = ['memory', 'approval'];
    await load({ [PROJECT]: 'require = "approval"' }, { evidenceKinds });
    const refusal = await refusalOf(load({ [PROJECT]: 'require = "aproval"' }, { evidenceKinds }));
    expect(refusal.message).toContain('expected "approval", found the unknown name "aproval"');
  });

  test('any text is a policy or a coded refusal (fuzz target Z18)', async () => {
    const piece = fc.constantFrom(
      'first-use',
      ' = ',
      '"ask"',
      '\n',
      '[[project]]',
      '[',
      ']',
      'name',
      '"a"',
      'require',
      '{',
      '}',
      '2026-13-01',
      '\u0000',
      ',',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join('')),
    );
    await fc.assert(
      fc.asyncProperty(text, async (found) => {
        try {
          const policy = await load({ [PROJECT]: found });
          expect(policy.sources).toEqual([PROJECT]);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Refusal);
          expect(thrown).toMatchObject({ code: 'WP-POLICY-INVALID' });
        }
      }),
      { numRuns: 300 },
    );
  });
});

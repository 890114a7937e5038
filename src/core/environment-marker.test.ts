// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markerHolds } from './environment-marker.ts';

const HERE = { python_version: '3.12', sys_platform: 'linux', os_name: 'posix', extra: '' };

describe('an environment marker', () => {
  test.each([
    ['python_version >= "3.8"', true],
    ['python_version < "3.8"', false],
    ['python_version < "3.8" or sys_platform == "linux"', true],
    ["sys_platform == 'win32' and python_version > '3'", false],
    ['(sys_platform == "win32" or os_name == "posix") and extra == ""', true],
    ['extra == "test"', false],
    ['python_version in "3.11 3.12"', true],
    ['sys_platform not in "win32 cygwin"', true],
    ['"linux" == sys_platform', true],
    ['python_version ~= "3.10"', true],
    ['python_version === "3.12"', true],
  ])('%s', (marker, holds) => {
    expect(markerHolds(marker, HERE)).toBe(holds);
  });

  test.each([
    'platform_release > "5"',
    'python_version',
    'python_version >= ',
    '"open',
    '(((',
    'a == "1" b == "1"',
    '',
    `${'('.repeat(40)}os_name == "posix"${')'.repeat(40)}`,
    'constructor == "x"',
  ])('is not guessed: %s', (marker) => {
    expect(markerHolds(marker, HERE)).toBeNull();
  });

  test('what it compares but nobody tells leaves the rest to decide', () => {
    expect(markerHolds('platform_release > "5" or os_name == "posix"', HERE)).toBe(true);
    expect(markerHolds('platform_release > "5" and os_name == "nt"', HERE)).toBe(false);
  });

  test('of any text never throws', () => {
    const piece = fc.constantFrom('(', ')', 'and', 'or', 'not', 'in', '==', '"a"', 'os_name', '~');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((all) => all.join(' ')),
        ),
        (text) => {
          expect([true, false, null]).toContain(markerHolds(text, HERE));
        },
      ),
    );
  });
});

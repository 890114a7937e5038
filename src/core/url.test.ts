// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressKey } from './url.ts';

const FILE = 'https://files.test/packages/good-1.0+cu121-py3-none-any.whl';

describe("an address's key", () => {
  test.each([
    ['https://files.test/packages/good-1.0%2Bcu121-py3-none-any.whl'],
    ['https://files.test/packages/good-1.0%2bcu121-py3-none-any.whl'],
    ['https://FILES.test:443/packages/./good-1.0+cu121-py3-none-any.whl'],
    ['https://user:pw@files.test/packages/%67ood-1.0+cu121-py3-none-any.whl#sha256=00'],
  ])('is the same for %s', (spelling) => {
    expect(addressKey(spelling)).toBe(addressKey(FILE));
  });

  test.each([
    ['https://files.test/packages%2Fgood-1.0+cu121-py3-none-any.whl'],
    ['https://files.test/packages//good-1.0+cu121-py3-none-any.whl'],
    ['https://files.test/packages/good-1.0%20cu121-py3-none-any.whl'],
    ['https://files.test/packages/good-1.0%252Bcu121-py3-none-any.whl'],
    ['https://files.test/packages/good-1.0+cu121-py3-none-any.whl?a=1'],
    ['https://files.test:444/packages/good-1.0+cu121-py3-none-any.whl'],
    ['http://files.test/packages/good-1.0+cu121-py3-none-any.whl'],
  ])('is another one for %s', (other) => {
    expect(addressKey(other)).not.toBe(addressKey(FILE));
  });

  test('knows a plus in a query, which means a space, from a quoted one', () => {
    expect(addressKey('https://a.test/?x=1+2')).not.toBe(addressKey('https://a.test/?x=1%2B2'));
    expect(addressKey('https://a.test/?x=%7e')).toBe(addressKey('https://a.test/?x=~'));
  });

  test('is its own key', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), (address) => {
        const key = addressKey(address);
        expect(addressKey(key)).toBe(key);
      }),
    );
  });

  test('is the same however its letters are quoted', () => {
    const label = fc.stringMatching(/^[a-z0-9-]{1,5}$/u);
    const host = fc.tuple(fc.array(label, { maxLength: 2 }), fc.constantFrom('test', 'co', 'x1'));
    const port = fc.constantFrom('', ':443', ':8443', ':080');
    const path = fc.stringMatching(/^[A-Za-z0-9._~!$&'()*+,;=:@/-]{0,20}$/u);
    fc.assert(
      fc.property(host, port, path, ([labels, last], at, rest) => {
        const start = `https://${[...labels, last].join('.')}${at}/`;
        const quoted = rest.replace(
          /[A-Za-z0-9]/gu,
          (letter) => `%${letter.charCodeAt(0).toString(16)}`,
        );
        fc.pre(URL.canParse(start) && !/(?:^|\/)\./u.test(rest));
        expect(addressKey(start + rest)).toBe(addressKey(start + quoted));
      }),
      { numRuns: 1000 },
    );
  });

  test('of what is no address is that text', () => {
    expect(addressKey('::')).toBe('::');
  });
});

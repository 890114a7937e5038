// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { readPkcs11Uri } from './pkcs11-uri.ts';

const MODULE = '?module-path=/usr/lib/token.so';

describe('a PKCS #11 address', () => {
  it('names token, key and library', () => {
    const address = `pkcs11:token=My%20Token;serial=1%3B2;id=%01%ff;object=alice;type=private${MODULE}&pin-source=file:/run/pin`;
    expect(readPkcs11Uri(address)).toEqual({
      module: '/usr/lib/token.so',
      token: { token: 'My Token', serial: '1;2', manufacturer: null, model: null },
      object: 'alice',
      id: Buffer.from([1, 255]),
      pinFile: '/run/pin',
    });
    const file = readPkcs11Uri(`pkcs11:object=a${MODULE}&pin-source=file:///run/pin`).pinFile;
    expect(file).toBe('/run/pin');
  });

  it.each([
    ['a PIN that everybody sees', `pkcs11:object=a${MODULE}&pin-value=1234`],
    ['no library', 'pkcs11:object=a'],
    ['a library that depends on the folder', 'pkcs11:object=a?module-path=token.so'],
    ['no key', `pkcs11:token=a${MODULE}`],
    ['an attribute that is not known', `pkcs11:object=a;x-y=1${MODULE}`],
    ['an attribute twice', `pkcs11:object=a;object=b${MODULE}`],
    ['a public key', `pkcs11:object=a;type=public${MODULE}`],
    ['a byte that is none', `pkcs11:object=%4${MODULE}`],
    ['a zero byte', `pkcs11:object=a%00b${MODULE}`],
    ['text that is none', `pkcs11:object=%ff${MODULE}`],
    ['a PIN program', `pkcs11:object=a${MODULE}&pin-source=%7ccat`],
    ['two queries', `pkcs11:object=a${MODULE}?pin-source=/x`],
    ['an escape', `pkcs11:object=a\u001b[2J${MODULE}`],
    ['another scheme', 'http://index.example'],
  ])('with %s is refused', (_, address) => {
    expect(() => readPkcs11Uri(address)).toThrow(expect.objectContaining({ code: 'WP-TUF-KEY' }));
  });

  it('is read or refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        for (const address of [text, `pkcs11:${text}`, `pkcs11:object=${text}${MODULE}`])
          try {
            readPkcs11Uri(address);
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal);
          }
      }),
    );
  });
});

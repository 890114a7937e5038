// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExempt } from './no-proxy.ts';

const exempt = (list: string, address: string): boolean => isExempt(list, new URL(address));

describe('NO_PROXY', () => {
  it.each([
    ['*', 'https://index.example/'],
    ['index.example', 'https://index.example/'],
    ['index.example', 'https://files.index.example/'],
    ['.index.example', 'https://files.index.example/'],
    ['.index.example', 'https://index.example/'],
    ['*.index.example', 'https://files.index.example/'],
    ['INDEX.example', 'https://index.EXAMPLE/'],
    ['a.test, index.example', 'https://index.example/'],
    ['a.test index.example', 'https://index.example/'],
    ['index.example:443', 'https://index.example/'],
    ['index.example:8443', 'https://index.example:8443/'],
    ['10.0.0.0/8', 'https://10.1.2.3/'],
    ['10.1.2.3', 'https://10.1.2.3/'],
    ['10.1.2.3:80', 'http://10.1.2.3/'],
    ['fe80::/10', 'https://[fe80::1]/'],
    ['[2001:db8::1]:443', 'https://[2001:db8::1]/'],
    ['2001:db8:0::1', 'https://[2001:db8::1]/'],
  ])('%s covers %s', (list, address) => {
    expect(exempt(list, address)).toBe(true);
  });

  it.each([
    ['', 'https://index.example/'],
    [',', 'https://index.example/'],
    ['.', 'https://index.example/'],
    ['*.', 'https://index.example/'],
    ['index.example', 'https://evilindex.example/'],
    ['index.example', 'https://index.example.evil.test/'],
    ['files.index.example', 'https://index.example/'],
    ['index.example:8443', 'https://index.example/'],
    ['10.0.0.0/8', 'https://11.1.2.3/'],
    ['10.0.0.0/33', 'https://10.1.2.3/'],
    ['10.0.0.0/', 'https://10.1.2.3/'],
    ['1.2.3', 'https://10.1.2.3/'],
    ['.3', 'https://10.1.2.3/'],
    ['::/0', 'https://10.1.2.3/'],
    ['fe80::/10', 'https://[2001:db8::1]/'],
  ])('%s does not cover %s', (list, address) => {
    expect(exempt(list, address)).toBe(false);
  });

  it('reads any text without failing, and a listed host is exempt whatever stands beside it', () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/u);
    fc.assert(
      fc.property(fc.string(), label, label, (noise, first, second) => {
        const url = new URL(`https://${first}.${second}.test/`);
        isExempt(noise, url);
        expect(isExempt(`${noise},${url.hostname.toUpperCase()}`, url)).toBe(true);
        expect(isExempt(`${second}.test`, new URL(`https://x${second}.test/`))).toBe(false);
      }),
    );
  });
});

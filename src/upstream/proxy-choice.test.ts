// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { chooseProxy, readProxy } from './proxy-choice.ts';
import type { Environment } from './settings.ts';

const choose = (address: string, environment: Environment, proxy: string | null = null) =>
  chooseProxy(new URL(address), { proxy, environment })?.origin ?? null;

describe('which proxy leads to an address', () => {
  const both = { HTTPS_PROXY: 'http://s.test:1', HTTP_PROXY: 'http://p.test:2' };

  it('is the one of the scheme', () => {
    expect(choose('https://index.example/', both)).toBe('http://s.test:1');
    expect(choose('http://index.example/', both)).toBe('http://p.test:2');
  });

  it('is ALL_PROXY for what has none of its own', () => {
    expect(choose('https://index.example/', { all_proxy: 'http://a.test:3' })).toBe(
      'http://a.test:3',
    );
    expect(choose('https://index.example/', { ...both, ALL_PROXY: 'http://a.test:3' })).toBe(
      'http://s.test:1',
    );
  });

  it('is the lower-case spelling of two, also when that one is empty', () => {
    expect(choose('https://index.example/', { ...both, https_proxy: 'http://l.test:4' })).toBe(
      'http://l.test:4',
    );
    expect(choose('https://index.example/', { ...both, https_proxy: '' })).toBeNull();
  });

  it('is none for what NO_PROXY lists, but the explicit one wins over the whole environment', () => {
    const environment = { ...both, NO_PROXY: 'index.example' };
    expect(choose('https://index.example/', environment)).toBeNull();
    expect(choose('https://other.test/', environment)).toBe('http://s.test:1');
    expect(choose('https://index.example/', environment, 'http://x.test:5')).toBe(
      'http://x.test:5',
    );
  });

  it.each(['http://127.0.0.1:8080/', 'https://localhost/', 'http://[::1]:80/'])(
    'is none for loopback: %s',
    (address) => {
      expect(choose(address, both, 'http://x.test:5')).toBeNull();
    },
  );
});

const PIECES = [
  'http',
  'https',
  'socks5',
  'ftp',
  ':',
  '//',
  '@',
  '%',
  '%zz',
  'p.test',
  '80',
  '[::1]',
];
const proxyLike = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 8 })
  .map((pieces) => pieces.join(''));

describe('a proxy address', () => {
  it('may lack its scheme and hold credentials, which stay out of everything but the header', () => {
    expect(readProxy('us%40er:pa%3Ass@proxy.test:3128', 'HTTPS_PROXY')).toEqual({
      origin: 'http://proxy.test:3128',
      hostname: 'proxy.test',
      port: 3128,
      secure: false,
      authorization: `Basic ${Buffer.from('us@er:pa:ss').toString('base64')}`,
    });
  });

  it('has the default port of its scheme and may be IPv6', () => {
    expect(readProxy('https://proxy.test', 'x')).toMatchObject({ port: 443, secure: true });
    expect(readProxy('http://[::1]', 'x')).toMatchObject({ port: 80, hostname: '::1' });
  });

  it.each([
    'socks5://user:canary@proxy.test:1080',
    'socks5h://proxy.test',
    'ftp://canary@x',
    'http://',
  ])('that cannot be used is refused without its credentials: %s', (text) => {
    const refusal = refusalOf(() => readProxy(text, 'ALL_PROXY'));
    expect(refusal.code).toBe('WP-USAGE');
    expect(refusal.message).toContain('ALL_PROXY');
    expect(refusal.message).not.toContain('canary');
  });

  it('of any text is a proxy or a refusal', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), proxyLike), (text) => {
        try {
          expect(readProxy(text, 'x').port).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
    );
  });
});

function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error;
  }
  throw new Error('expected a refusal');
}

// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { RedirectTrail, type Hop } from './redirects.ts';

const secrets = { accept: 'a', authorization: 'canary', 'x-token': 'canary' };
const hopTo = (address: string): Hop => ({ url: new URL(address), headers: secrets });
const rules = { maxRedirects: 3, allowPlainHttp: (host: string) => host === 'plain.test' };

function follow(from: string, location: string, status = 302): Hop | null {
  const start = hopTo(from);
  return new RedirectTrail(start, rules).follow(start, { status, headers: { location } });
}

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof Refusal ? error.code : String(error);
  }
}

const PIECES = [
  'http',
  'https',
  'file',
  ':',
  '//',
  '/',
  '\\',
  '@',
  '.',
  '..',
  '?',
  '#',
  '[::1]',
  '%',
];
const HOSTS = ['a.test', 'b.test', '127.0.0.1', 'xn--', 'user', '\u0430', '\t', '443'];
const addressLike = fc
  .array(fc.constantFrom(...PIECES, ...HOSTS), { maxLength: 8 })
  .map((pieces) => pieces.join(''));

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('with status %i is followed', (status) => {
    expect(follow('https://a.test/x/y', '../z?q=1#f', status)?.url.href).toBe(
      'https://a.test/z?q=1',
    );
  });

  it.each([200, 300, 304, 305, 404])('is none with status %i', (status) => {
    expect(follow('https://a.test/', '/z', status)).toBeNull();
  });

  it('keeps everything on the same origin', () => {
    expect(follow('https://a.test/x', 'https://a.test:443/y')?.headers).toEqual(secrets);
  });

  it.each(['https://b.test/', 'https://a.test:8443/', 'https://sub.a.test/'])(
    'carries no secret to %s (D15)',
    (location) => {
      expect(follow('https://a.test/', location)?.headers).toEqual({ accept: 'a' });
    },
  );

  it('uses no credentials that the server writes into it', () => {
    const hop = follow('https://a.test/', 'https://user:word@b.test/x');
    expect(hop?.url.href).toBe('https://b.test/x');
    expect(hop?.headers).toEqual({ accept: 'a' });
  });

  it.each([
    ['http://b.test/', 'WP-PLAIN-HTTP'],
    ['http://plain.test/', 'WP-PLAIN-HTTP'],
    ['http://127.0.0.1/', 'WP-PLAIN-HTTP'],
    ['file:///etc/passwd', 'WP-SCHEME'],
    ['data:text/plain,x', 'WP-SCHEME'],
    ['ftp://b.test/', 'WP-SCHEME'],
    ['https://xn--ndex-8kd.test/', 'WP-HOST-LOOKALIKE'],
    ['https://a.test./', 'WP-HOST-LOOKALIKE'],
    ['https://a.test@evil.test/', 'WP-HOST-LOOKALIKE'],
    ['https://', 'WP-UPSTREAM-STATUS'],
    ['https://a.test/', 'WP-LIMIT-REDIRECTS'],
    ['#again', 'WP-LIMIT-REDIRECTS'],
  ])('from https to %s is refused with %s (D10, D11)', (location, code) => {
    expect(codeOf(() => follow('https://a.test/', location))).toBe(code);
  });

  it('may go from a plain host that the policy allows to another one, and up to https', () => {
    expect(follow('http://127.0.0.1:1/', 'http://127.0.0.1:2/')?.url.port).toBe('2');
    expect(follow('http://plain.test/', 'https://b.test/')?.url.host).toBe('b.test');
    expect(codeOf(() => follow('http://127.0.0.1:1/', 'http://b.test/'))).toBe('WP-PLAIN-HTTP');
  });

  it('ends after the most hops allowed, and a circle ends at once (D16)', () => {
    const walk = (...path: string[]) => {
      let hop = hopTo('https://a.test/0');
      const trail = new RedirectTrail(hop, rules);
      for (const location of path) {
        hop = trail.follow(hop, { status: 302, headers: { location } }) ?? hop;
      }
      return hop.url.pathname;
    };
    expect(walk('/1', '/2', '/3')).toBe('/3');
    expect(codeOf(() => walk('/1', '/2', '/3', '/4'))).toBe('WP-LIMIT-REDIRECTS');
    expect(codeOf(() => walk('/1', '/0'))).toBe('WP-LIMIT-REDIRECTS');
  });

  it('of any Location is followed to an http or https address, or refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), addressLike), (location) => {
        const code = codeOf(() => {
          const hop = follow('https://a.test/', location);
          expect(hop?.url.protocol).toBe('https:');
          expect(hop?.url.username).toBe('');
        });
        expect(code === 'none' || code.startsWith('WP-')).toBe(true);
        expect(code).not.toBe('WP-INTERNAL');
      }),
    );
  });
});

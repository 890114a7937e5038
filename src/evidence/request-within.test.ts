// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { Upstream } from '../core/upstream.ts';
import { requestWithin } from './request-within.ts';

const INDEX = 'https://private.test/simple/';

/** Answers what the map says: an address to go to, or a page. */
function world(moves: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const upstream: Upstream = {
    async request({ url, redirects }) {
      expect(redirects).toBe('hand-back');
      asked.push(url);
      const location = moves[url];
      const body = (async function* () {})();
      return location === undefined
        ? { status: 200, headers: {}, url, body }
        : { status: 302, headers: { location }, url, body };
    },
    close: async () => {},
  };
  const ask = { method: 'GET', headers: {}, maxBytes: 1, redirects: 'follow' } as const;
  const get = (url: string) => requestWithin(upstream, { ...ask, url }, INDEX);
  return { asked, get };
}

describe('a page that may not lead out of its index', () => {
  test('follows redirects inside it', async () => {
    const { get } = world({ [`${INDEX}a`]: '/simple/a/' });
    expect((await get(`${INDEX}a`)).url).toBe(`${INDEX}a/`);
  });

  test.each([
    'https://public.test/simple/a/',
    'http://private.test/simple/a/',
    'https://private.test/simple-public/a/',
    '../../public/a/',
    'https://user@private.test/simple/a/',
    'https://private.test:8443/simple/a/',
    'https://',
  ])('goes nowhere else: %s', async (location) => {
    const { asked, get } = world({ [`${INDEX}a/`]: location });
    await expect(get(`${INDEX}a/`)).rejects.toMatchObject({ code: 'WP-INDEX-NOT-ALLOWED' });
    expect(asked).toEqual([`${INDEX}a/`]);
  });

  test('does not go round for ever', async () => {
    const { get } = world({ [`${INDEX}a/`]: `${INDEX}b/`, [`${INDEX}b/`]: `${INDEX}a/` });
    await expect(get(`${INDEX}a/`)).rejects.toMatchObject({ code: 'WP-LIMIT-REDIRECTS' });
  });
});

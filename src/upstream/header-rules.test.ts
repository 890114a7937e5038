// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endToEnd, headersForAnotherOrigin, joinRepeated, requestHeaders } from './header-rules.ts';

describe('headers', () => {
  it('of one connection stay on it, also those that Connection lists', () => {
    const headers = { Connection: 'close, X-Hop', 'X-Hop': '1', TE: 'gzip', Accept: '*/*' };
    expect(endToEnd(headers)).toEqual({ accept: '*/*' });
    expect(requestHeaders({ ...headers, Host: 'evil.test', Expect: '100-continue' })).toEqual({
      accept: '*/*',
    });
  });

  it('for another origin are the harmless ones only (D15)', () => {
    const sent = headersForAnotherOrigin({
      accept: 'a',
      authorization: 'canary',
      cookie: 'canary',
      'x-api-key': 'canary',
      'private-token': 'canary',
      range: 'bytes=0-',
      'user-agent': 'u',
    });
    expect(sent).toEqual({ accept: 'a', range: 'bytes=0-', 'user-agent': 'u' });
  });

  it('that are repeated are joined, and hostile names are names like others', () => {
    expect(joinRepeated({ vary: ['a', 'b'], 'set-cookie': ['a=1, 2', 'b'], x: undefined })).toEqual(
      { vary: 'a, b', 'set-cookie': 'a=1, 2\nb' },
    );
    const joined = joinRepeated(JSON.parse('{"__proto__":"x","constructor":"y"}'));
    expect(Object.keys(joined)).toEqual(['__proto__', 'constructor']);
  });

  it('never let a secret through by another spelling of its name', () => {
    const name = fc.constantFrom('Authorization', 'COOKIE', 'Proxy-Authorization', 'X-Token');
    fc.assert(
      fc.property(name, fc.dictionary(fc.string(), fc.string()), (secret, others) => {
        const out = headersForAnotherOrigin(requestHeaders({ ...others, [secret]: 'canary' }));
        expect(Object.keys(out).map((key) => key.toLowerCase())).not.toContain(
          secret.toLowerCase(),
        );
      }),
    );
  });
});

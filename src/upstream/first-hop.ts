// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { judgeAddress } from '../core/source-address.ts';
import type { UpstreamAsk } from '../core/upstream.ts';
import { publicUrl } from '../core/url.ts';
import { basicAuthorization } from './credentials.ts';
import { requestHeaders } from './header-rules.ts';
import type { Hop } from './redirects.ts';

/**
 * The address of an ask, and what may be said to it.
 * @throws Refusal `WP-SCHEME`, `WP-HOST-LOOKALIKE`, `WP-PLAIN-HTTP`
 */
export function firstHop(ask: UpstreamAsk, allowPlainHttp: (host: string) => boolean): Hop {
  const url = URL.parse(ask.url);
  const context = { from: null, allowPlainHttp };
  // First without user name and password, so that no message can hold them.
  const fault =
    (url === null ? null : judgeAddress(publicUrl(url), context)) ?? judgeAddress(ask.url, context);
  if (fault !== null) throw new Refusal(fault.code, fault);
  if (url === null) throw new Refusal('WP-SCHEME', { message: 'expected an https address' });
  const headers = requestHeaders(ask.headers);
  const authorization = headers['authorization'] ?? basicAuthorization(url);
  return {
    url: new URL(publicUrl(url)),
    headers: authorization === null ? headers : { ...headers, authorization },
  };
}

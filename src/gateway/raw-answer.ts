// SPDX-License-Identifier: Apache-2.0
import { reason, type Reason } from '../core/errors.ts';
import { NO_SUBJECT, problemBody, reasonPhrase } from './problem.ts';

/** A whole answer for a connection that http no longer looks after (CONNECT, upgrade). */
export function rawProblem(
  status: number,
  why: Reason,
  headers: Readonly<Record<string, string>> = {},
): Uint8Array {
  const body = problemBody(status, why, NO_SUBJECT);
  const fields = Object.entries({
    ...headers,
    'Content-Type': 'application/problem+json',
    'Content-Length': String(body.length),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${status} ${reasonPhrase(why)}`, ...fields, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

const unauthenticated = reason(
  'WP-PROXY-AUTH',
  'this gate belongs to another user or another run of wheelproof',
);
const CHALLENGE = { 'Proxy-Authenticate': 'Basic realm="wheelproof"' };
const body = problemBody(407, unauthenticated, NO_SUBJECT);

/** git proves itself at the second try only, and only on a new connection: hence the close. */
export const PROXY_CHALLENGE = {
  reason: unauthenticated,
  headers: {
    ...CHALLENGE,
    'Content-Type': 'application/problem+json',
    'Content-Length': body.length,
    Connection: 'close',
  },
  body,
  raw: rawProblem(407, unauthenticated, CHALLENGE),
} as const;

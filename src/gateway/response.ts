// SPDX-License-Identifier: Apache-2.0
import { validateHeaderValue, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';

/** Where an answer goes, in whichever HTTP the client speaks. */
export type Response = ServerResponse | ServerHttp2Stream;

/** Of HTTP/2, RFC 9113 8.1: no statuses beyond it. */
const LAST_STATUS = 599;

/**
 * The head of an answer. HTTP/2 has no reason phrase, and no header may be of one connection
 * (RFC 9113 8.2.2, 8.3.2): there, the phrase and `connection` are left out.
 */
export function writeHead(
  response: Response,
  status: number,
  headers: OutgoingHttpHeaders,
  phrase?: string,
): void {
  if ('respond' in response) {
    const { connection: _ofOne, ...rest } = headers;
    for (const [name, value] of Object.entries(rest)) {
      validateHeaderValue(name, String(value)); // as HTTP/1.1 does by itself
    }
    response.respond({ ':status': Math.min(status, LAST_STATUS), ...rest });
  } else if (phrase === undefined) response.writeHead(status, headers);
  else response.writeHead(status, phrase, headers);
}

// SPDX-License-Identifier: Apache-2.0
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { IncomingHttpHeaders as Http2Headers, ServerHttp2Stream } from 'node:http2';
import type { RequestHead } from './request-target.ts';

/** What a client asks, in whichever HTTP it speaks. */
export interface Request extends RequestHead {
  readonly method: string;
  /** Of HTTP/2 with its pseudo-headers, whose names begin with a colon. */
  readonly headers: IncomingHttpHeaders;
  /** `null` where there is none; ends with an error where the client broke it off. */
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** RFC 9112. */
export function http1Request(message: IncomingMessage): Request {
  const { headers } = message;
  const length = headers['content-length'];
  const chunked = headers['transfer-encoding'] !== undefined;
  return {
    method: message.method ?? '',
    target: message.url ?? '',
    hosts: message.headersDistinct['host'] ?? [],
    headers,
    body: chunked || (length !== undefined && length !== '0') ? message : null,
  };
}

/**
 * RFC 9113 8.3.1. A `Host` beside `:authority` must say the same: whatever differs counts as a second
 * one. A scheme that is not the connection's leaves no target to be believed.
 */
export function http2Request(stream: ServerHttp2Stream, headers: Http2Headers): Request {
  const { ':authority': authority, host } = headers;
  const named = authority === undefined || host === authority ? [host] : [authority, host];
  return {
    method: headers[':method'] ?? '',
    target: headers[':scheme'] === 'https' ? (headers[':path'] ?? '') : '',
    hosts: named.filter((one) => one !== undefined),
    headers,
    body: stream.endAfterHeaders ? null : unbroken(stream),
  };
}

/** A stream that is reset before its end only seems to end. */
async function* unbroken(stream: ServerHttp2Stream): AsyncGenerator<Uint8Array> {
  yield* stream;
  if (stream.aborted || stream.rstCode !== 0) throw new Error('the client broke its request off');
}

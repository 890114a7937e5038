// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { Refusal } from '../core/errors.ts';
import { GATHERED_BYTES } from '../core/limits.ts';
import { printableUrl } from '../core/url.ts';
import { BoundedBody } from './bounded-body.ts';
import { answerRefusal } from './failure.ts';
import { endToEnd, joinRepeated, type Headers } from './header-rules.ts';
import { SendingWatch } from './sending-watch.ts';

/** One request to one address, no redirects, no second try. */
export interface Question {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: AsyncIterable<Uint8Array> | null;
  readonly maxBytes: number;
  readonly headersTimeoutMs: number;
  readonly stallTimeoutMs: number;
  /** Whichever of them is aborted first ends the exchange. */
  readonly signals: readonly AbortSignal[];
  /** The request goes out: a connection was free, or has come about. */
  readonly onSent: () => void;
}

/** Where the request goes, and in which form (a proxy for plain http wants the whole address). */
export interface Route {
  readonly dispatcher: Dispatcher;
  readonly origin: string;
  readonly path: string;
  readonly headers: Headers;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: BoundedBody;
  discard(): void;
}

/** @throws Refusal as the port says; the signal's reason where one was aborted. */
export async function exchange(question: Question, route: Route): Promise<Answer> {
  const ending = new AbortController();
  const unlink = linkAborts(question.signals, ending);
  try {
    const raw = await send(question, route, ending);
    return readAnswer(question, raw, { ending, unlink });
  } catch (error) {
    unlink();
    throw ending.signal.aborted ? ending.signal.reason : answerRefusal(error, question.url);
  }
}

async function send(
  question: Question,
  route: Route,
  ending: AbortController,
): Promise<Dispatcher.ResponseData> {
  const { headersTimeoutMs, body } = question;
  // Our own clock, begun when the request goes out (not while it waits for a free connection) and
  // ended by the headers' end only, however many interim answers or bytes of them come.
  const watch = new SendingWatch(headersTimeoutMs, {
    onStart: question.onSent,
    onLate: () => {
      const message = `${printableUrl(question.url)}: expected an answer within ${headersTimeoutMs} ms, found none`;
      ending.abort(new Refusal('WP-LIMIT-TIME', { message }));
    },
  });
  try {
    return await route.dispatcher.compose(watch.interceptor).request({
      origin: route.origin,
      path: route.path,
      method: question.method,
      headers: { ...question.headers, ...route.headers },
      body: body === null ? null : Readable.from(body, { objectMode: false }),
      signal: ending.signal,
      highWaterMark: GATHERED_BYTES,
    });
  } finally {
    watch.stop();
  }
}

function readAnswer(
  question: Question,
  raw: Dispatcher.ResponseData,
  end: { readonly ending: AbortController; readonly unlink: () => void },
): Answer {
  const { signal } = end.ending;
  const body = new BoundedBody(raw.body, {
    url: question.url,
    declared: declaredLength(question.method, raw),
    maxBytes: question.maxBytes,
    stallTimeoutMs: question.stallTimeoutMs,
    aborted: () => (signal.aborted ? { reason: signal.reason } : null),
    onEnd: end.unlink,
  });
  try {
    const headers = endToEnd(joinRepeated(withOneLocation(question.url, raw)));
    return {
      status: raw.statusCode,
      headers,
      body,
      discard: () => {
        body.discard();
      },
    };
  } catch (error) {
    body.discard();
    throw error;
  }
}

/** Two different Locations are two answers; which one is meant nobody can say. */
function withOneLocation(
  url: URL,
  raw: Dispatcher.ResponseData,
): Dispatcher.ResponseData['headers'] {
  const { location } = raw.headers;
  if (location === undefined) return raw.headers;
  const [first = '', ...others] = typeof location === 'string' ? [location] : location;
  if (others.some((other) => other !== first)) {
    const message = `${printableUrl(url)} answered ${raw.statusCode} with ${others.length + 1} different Location headers`;
    throw new Refusal('WP-UPSTREAM-STATUS', { message });
  }
  // Servers send UTF-8 here, undici reads header bytes as latin1.
  return { ...raw.headers, location: Buffer.from(first, 'latin1').toString() };
}

/** How many bytes the body must have; `null` where nothing tells. RFC 9112 6.3. */
function declaredLength(method: string, raw: Dispatcher.ResponseData): number | null {
  const hasBody = method !== 'HEAD' && raw.statusCode !== 204 && raw.statusCode !== 304;
  const length = raw.headers['content-length'];
  if (!hasBody) return 0;
  if (raw.headers['transfer-encoding'] !== undefined) return null;
  return typeof length === 'string' && /^\d{1,15}$/u.test(length) ? Number(length) : null;
}

function linkAborts(signals: readonly AbortSignal[], ending: AbortController): () => void {
  const forwards = signals.map((signal) => {
    const forward = (): void => {
      ending.abort(signal.reason);
    };
    if (signal.aborted) forward();
    else signal.addEventListener('abort', forward, { once: true });
    return { signal, forward };
  });
  return () => {
    for (const { signal, forward } of forwards) signal.removeEventListener('abort', forward);
  };
}

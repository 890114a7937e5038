// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import { Refusal } from '../core/errors.ts';
import { printableUrl } from '../core/url.ts';
import { BoundedBody } from './bounded-body.ts';
import type { Ending } from './ending.ts';
import { answerRefusal } from './failure.ts';
import { endToEnd, joinRepeated, type Headers } from './header-rules.ts';
import type { Line } from './line.ts';
import { Receiving, type Head } from './receiving.ts';

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
  readonly endings: readonly Ending[];
  /** The request goes out: a connection was free, or has come about. */
  readonly onSent: () => void;
}

/** Where the request goes, and in which form (a proxy for plain http wants the whole address). */
export interface Route {
  readonly line: Line;
  readonly origin: string;
  readonly path: string;
  readonly headers: Headers;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: BoundedBody;
  /** How many bytes its body must have; `null` where nothing tells. */
  readonly declared: number | null;
  /** It came over a connection that carries others as well. */
  readonly isShared: boolean;
  discard(): void;
}

/** @throws Refusal as the port says; the ending's reason where one was aborted. */
export async function exchange(question: Question, route: Route): Promise<Answer> {
  const { url, headersTimeoutMs, endings, onSent } = question;
  const receiving = new Receiving({
    // Our own clock, begun when the request goes out (not while it waits for a free connection) and
    // ended by the head's end only, however many interim answers or bytes of it come.
    headersTimeoutMs,
    tooLate: () => {
      const message = `${printableUrl(url)}: expected an answer within ${headersTimeoutMs} ms, found none`;
      return new Refusal('WP-LIMIT-TIME', { message });
    },
    onSent,
  });
  const end = (reason: unknown): void => receiving.abort(reason);
  const unlink = (): void => {
    for (const ending of endings) ending.forget(end);
  };
  for (const ending of endings) ending.tell(end);
  try {
    if (!receiving.isOver) send(question, route, receiving);
    return readAnswer(question, await receiving.head, { receiving, unlink });
  } catch (error) {
    unlink();
    throw receiving.isOurEnd ? error : answerRefusal(error, url);
  }
}

function send(question: Question, route: Route, receiving: Receiving): void {
  const { method, headers, body } = question;
  const { line, origin, path } = route;
  line.dispatch(
    {
      origin,
      path,
      method,
      headers: { ...headers, ...route.headers },
      body: body === null ? null : Readable.from(body, { objectMode: false }),
    },
    receiving,
  );
}

function readAnswer(
  question: Question,
  head: Head,
  end: { readonly receiving: Receiving; readonly unlink: () => void },
): Answer {
  const { url, maxBytes, stallTimeoutMs } = question;
  const declared = declaredLength(question.method, head);
  const rules = { url, declared, maxBytes, stallTimeoutMs, onEnd: end.unlink };
  const body = new BoundedBody(end.receiving, rules);
  try {
    const { status } = head;
    const headers = endToEnd(joinRepeated(withOneLocation(url, head)));
    const { isShared } = end.receiving;
    return { status, headers, body, declared, isShared, discard: () => body.discard() };
  } catch (error) {
    body.discard();
    throw error;
  }
}

/** Two different Locations are two answers; which one is meant nobody can say. */
function withOneLocation(url: URL, { status, headers }: Head): Head['headers'] {
  const { location } = headers;
  if (location === undefined) return headers;
  const [first = '', ...others] = typeof location === 'string' ? [location] : location;
  if (others.some((other) => other !== first)) {
    const message = `${printableUrl(url)} answered ${status} with ${others.length + 1} different Location headers`;
    throw new Refusal('WP-UPSTREAM-STATUS', { message });
  }
  // Servers send UTF-8 here, undici reads header bytes as latin1.
  return { ...headers, location: Buffer.from(first, 'latin1').toString() };
}

/** How many bytes the body must have; `null` where nothing tells. RFC 9112 6.3. */
function declaredLength(method: string, { status, headers }: Head): number | null {
  const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
  const length = headers['content-length'];
  if (!hasBody) return 0;
  if (headers['transfer-encoding'] !== undefined) return null;
  return typeof length === 'string' && /^\d{1,15}$/u.test(length) ? Number(length) : null;
}

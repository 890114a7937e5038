// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { MAX_FILE_BYTES, MAX_PAGE_BYTES } from '../core/limits.ts';
import { printableUrl } from '../core/url.ts';
import type { UpstreamAnswer } from '../core/upstream.ts';
import { looksLikeIndexPage } from '../index/index.ts';
import { AnswerBody, WithheldTail } from './answer-body.ts';
import { natureOf } from './answer-nature.ts';
import { beginsLikeArchive, endsLikeArchive, HEAD_BYTES } from './archive-signs.ts';
import type { Exchange } from './exchange.ts';
import { answerFile } from './file-answer.ts';
import type { Gate } from './gate.ts';
import { answerPage } from './page-answer.ts';
import { headersForClient, headersForUpstream } from './passed-headers.ts';
import { aheadOfObjects, heldRefs, noteRedirect } from './refs-answer.ts';

interface Passing {
  readonly gate: Gate;
  readonly exchange: Exchange;
  readonly answer: UpstreamAnswer;
  readonly body: AnswerBody;
}

/**
 * Whatever is neither a page nor a file by its address: git, web services, downloads under odd
 * names. It passes, unless the answer turns out to be an index page or an archive: then it is
 * judged like one.
 */
export async function answerOther(gate: Gate, exchange: Exchange): Promise<void> {
  const answer = await ask(gate, exchange);
  const passing = { gate, exchange, answer, body: new AnswerBody(answer.body) };
  try {
    await answerByNature(passing);
  } finally {
    void passing.body.drop();
  }
}

async function ask({ parts }: Gate, exchange: Exchange): Promise<UpstreamAnswer> {
  const { request, method, url, gone } = exchange;
  return parts.upstream.request({
    url: url.href,
    method,
    headers: headersForUpstream(request.headers, request.body !== null),
    maxBytes: MAX_FILE_BYTES,
    body: request.body,
    redirects: 'hand-back',
    signal: gone,
    // A jailed build has no other way to the services of this machine.
    ...(parts.isNamedHost?.(url.host) === true ? {} : { outside: true as const }),
  });
}

async function answerByNature(passing: Passing): Promise<void> {
  const { exchange, answer } = passing;
  switch (natureOf(exchange.method, answer)) {
    case 'redirect':
      return passRedirect(passing);
    case 'page':
      return answerFoundPage(passing);
    case 'archive':
      return answerArchive(passing);
    case 'html':
      return passHtml(passing);
    case 'unknown':
      return exchange.method === 'HEAD' ? passHead(passing) : passStream(passing);
  }
}

function passRedirect({ gate, exchange, answer }: Passing): void {
  const location = noteRedirect(gate, exchange, answer);
  gate.countTraffic(exchange.url.host);
  const headers = headersForClient({ ...answer.headers, location });
  exchange.sendWhole(answer.status, headers, new Uint8Array());
}

async function answerFoundPage({ gate, exchange, body }: Passing): Promise<void> {
  void body.drop();
  return answerPage(gate, exchange);
}

/** The bytes that came are dropped: what goes out is fetched, held and judged as a file. */
async function answerArchive({ gate, exchange, body }: Passing): Promise<void> {
  void body.drop();
  if (exchange.method === 'GET' || exchange.method === 'HEAD') return answerFile(gate, exchange);
  throw new Refusal('WP-BYPASS-TRAFFIC', {
    message: `${printableUrl(exchange.url)} answered a ${exchange.method} with an archive, which cannot be asked for a second time`,
  });
}

async function passHtml(passing: Passing): Promise<void> {
  const { gate, exchange, answer, body } = passing;
  const reading = body.whole(MAX_PAGE_BYTES, printableUrl(exchange.url));
  const page = await exchange.whileThere(reading);
  if (beginsLikeArchive(page) || endsLikeArchive(page)) return answerArchive(passing);
  if (looksLikeIndexPage(answer.headers['content-type'] ?? null, page))
    return answerFoundPage(passing);
  // A host without a program may call its list of references whatever it likes.
  await heldRefs(gate, exchange, { answer, head: page, body });
  gate.countTraffic(exchange.url.host);
  return exchange.sendWhole(answer.status, headersForClient(answer.headers), page);
}

function passHead({ gate, exchange, answer }: Passing): void {
  gate.countTraffic(exchange.url.host);
  exchange.begin(answer.status, headersForClient(answer.headers));
  exchange.end();
}

async function passStream(passing: Passing): Promise<void> {
  const { exchange, body } = passing;
  const head = await exchange.whileThere(body.atLeast(HEAD_BYTES));
  if (beginsLikeArchive(head)) return answerArchive(passing);
  const refs = await heldRefs(passing.gate, exchange, { ...passing, head });
  if (refs !== null) {
    if (endsLikeArchive(refs)) return answerLateArchive(passing);
    await sendPart(passing, refs);
    return exchange.end();
  }
  if (exchange.method !== 'GET') {
    return passUnheld(passing, await aheadOfObjects(passing.gate, exchange, { ...passing, head }));
  }
  const tail = new WithheldTail();
  for (let chunk: Uint8Array | null = head; chunk !== null; chunk = await next(passing)) {
    for (const free of tail.push(chunk)) await sendPart(passing, free);
  }
  const rest = tail.rest();
  if (endsLikeArchive(rest)) return answerLateArchive(passing);
  await sendPart(passing, rest);
  return exchange.end();
}

async function passUnheld(passing: Passing, head: Uint8Array): Promise<void> {
  for (let chunk: Uint8Array | null = head; chunk !== null; chunk = await next(passing)) {
    await sendPart(passing, chunk);
  }
  passing.exchange.end();
}

function next({ exchange, body }: Passing): Promise<Uint8Array | null> {
  return exchange.whileThere(body.next());
}

async function sendPart({ gate, exchange, answer }: Passing, part: Uint8Array): Promise<void> {
  if (!exchange.response.headersSent) {
    gate.countTraffic(exchange.url.host);
    exchange.begin(answer.status, headersForClient(answer.headers));
  }
  if (part.length > 0) await exchange.write(part);
}

/** A zip behind other bytes. Where some have gone out, the rest never does, and a retry meets the file's verdict. */
async function answerLateArchive(passing: Passing): Promise<void> {
  const { gate, exchange } = passing;
  gate.carriers.add(exchange.url.href);
  if (!exchange.response.headersSent) return answerArchive(passing);
  throw new Refusal('WP-BYPASS-TRAFFIC', {
    message: `${printableUrl(exchange.url)} ends in a zip archive, which its beginning did not show`,
  });
}

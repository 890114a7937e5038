// SPDX-License-Identifier: Apache-2.0
import { asRefusal, reason } from '../core/errors.ts';
import { printableUrl } from '../core/url.ts';
import { classify } from './classify.ts';
import { ClientGone, Exchange } from './exchange.ts';
import { answerFile } from './file-answer.ts';
import type { Gate } from './gate.ts';
import { answerOther } from './other-traffic.ts';
import { answerPage } from './page-answer.ts';
import { NO_SUBJECT, problemBody, reasonPhrase } from './problem.ts';
import { answerRelease } from './release-answer.ts';
import type { Request } from './request.ts';
import type { Target } from './request-target.ts';
import { writeHead, type Response } from './response.ts';
import { answerRefusalAddress, answerSidecar } from './sidecar-answer.ts';

interface Asked {
  readonly request: Request;
  readonly response: Response;
  readonly url: URL;
}

/** Answers one request, whatever happens: what goes wrong is a refusal, never a pass. */
export async function answerRequest(gate: Gate, asked: Asked, reset: () => void): Promise<void> {
  const { request, response, url } = asked;
  const exchange = new Exchange(request, response, url, kindOf(gate, asked));
  response.once('close', () => logRequest(gate, exchange));
  try {
    await answerByKind(gate, exchange);
  } catch (thrown) {
    if (!(thrown instanceof ClientGone)) answerFailure(gate, exchange, { thrown, reset });
  }
}

function kindOf(gate: Gate, { request, url }: Asked): Exchange['kind'] {
  const kind = classify({
    url,
    method: request.method,
    accept: request.headers.accept,
    knownIndex: gate.parts.isKnownIndexUrl?.(url.href) ?? false,
  });
  return kind === 'other' && gate.carriers.has(url.href) ? 'file' : kind;
}

async function answerByKind(gate: Gate, exchange: Exchange): Promise<void> {
  switch (exchange.kind) {
    case 'refusal':
      return answerRefusalAddress(gate, exchange);
    case 'file':
      return answerFile(gate, exchange);
    case 'sidecar':
      return answerSidecar(gate, exchange);
    case 'page':
      return answerPage(gate, exchange);
    case 'release':
      return answerRelease(gate, exchange);
    case 'signature':
    case 'other':
      return answerOther(gate, exchange);
  }
}

interface Failure {
  readonly thrown: unknown;
  readonly reset: () => void;
}

/** Too late for a status: the connection (of HTTP/2: the stream) is reset, so that no client takes the part for the whole. */
function answerFailure(gate: Gate, exchange: Exchange, { thrown, reset }: Failure): void {
  const address = printableUrl(exchange.url);
  const why = asRefusal(thrown, `answering ${address}`).toReason();
  const { kind } = exchange;
  gate.parts.log(
    why.code === 'WP-INTERNAL'
      ? { event: 'fault', url: address, reason: why }
      : { event: 'refused', kind, url: address, reason: why },
  );
  if (exchange.response.headersSent) reset();
  else if (!exchange.gone.aborted) exchange.sendRefusal(403, why, NO_SUBJECT);
}

/** Answers a request that names no address, or two. */
export function answerMalformed(
  gate: Gate,
  response: Response,
  { status, detail }: Extract<Target, { ok: false }>,
): void {
  const why = reason('WP-BYPASS-TRAFFIC', detail);
  gate.parts.log({ event: 'malformed', reason: why });
  const body = problemBody(status, why, NO_SUBJECT);
  const headers = {
    'content-type': 'application/problem+json',
    'content-length': body.length,
    connection: 'close',
  };
  writeHead(response, status, headers, reasonPhrase(why));
  response.end(body);
}

function logRequest({ parts }: Gate, { kind, method, url, status }: Exchange): void {
  parts.log({ event: 'request', kind, method, url: printableUrl(url), status });
}

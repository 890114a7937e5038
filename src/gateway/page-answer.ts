// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import type { Reason } from '../core/errors.ts';
import { isProjectName, normaliseName } from '../core/project-name.ts';
import { printableUrl } from '../core/url.ts';
import type { JudgedPage } from '../core/verification.ts';
import { negotiateForm, writePage, type WritablePage } from '../index/index.ts';
import { filenameOf } from './classify.ts';
import type { Exchange } from './exchange.ts';
import type { Gate } from './gate.ts';
import { challengeHeader, passableStatus } from './passed-status.ts';

/**
 * Answers an index page: written anew from what was judged, never the outside's own bytes.
 * A page that is not to be believed is empty, since no installer shows an index page's error.
 */
export async function answerPage(gate: Gate, exchange: Exchange): Promise<void> {
  const url = withoutDoubleSlashes(exchange.url);
  const { 'user-agent': agent, 'if-none-match': condition } = exchange.request.headers;
  const held = gate.parts.cachesPages === true ? tagIn(condition) : null;
  const ask = {
    url: url.href,
    credentials: exchange.credentials,
    ...(agent === undefined ? {} : { agent }),
    ...(held === null ? {} : { held }),
  };
  const outcome = await exchange.whileThere(gate.parts.verification.page(ask));
  switch (outcome.outcome) {
    case 'judged':
      return sendPage(gate, exchange, {
        page: judgedPage(gate, outcome.judged),
        held,
        written: outcome.judged.written,
      });
    case 'unchanged':
      return exchange.sendStatus(304, asksAgain(outcome.tag));
    case 'not-found':
      return exchange.sendStatus(passableStatus(outcome.status), { 'cache-control': 'no-store' });
    case 'unauthorised':
      return exchange.sendStatus(passableStatus(outcome.status), {
        ...challengeHeader(outcome.challenge),
        'cache-control': 'no-store',
      });
    case 'blocked':
      logRefused(gate, exchange, outcome.refusal.toReason());
      return sendPage(gate, exchange, { page: emptyPage(url), held });
  }
}

function judgedPage(gate: Gate, { page, offered, shown }: JudgedPage): WritablePage {
  return {
    project: page.project,
    status: page.status,
    statusReason: page.statusReason,
    lastSerial: page.lastSerial,
    files: offered,
    shown: shown.map(({ file, reason }) => ({
      file,
      url: gate.refused.addressFor(file, reason, page.project),
    })),
  };
}

function emptyPage(url: URL): WritablePage {
  const name = filenameOf(url);
  return {
    project: isProjectName(name) ? normaliseName(name) : null,
    status: 'active',
    statusReason: null,
    lastSerial: null,
    files: [],
    shown: [],
  };
}

interface Sending {
  readonly page: WritablePage;
  /** The tag of the answer that the client still has. */
  readonly held: string | null;
  readonly written?: JudgedPage['written'];
}

function sendPage(gate: Gate, exchange: Exchange, { page, held, written }: Sending): void {
  const { form, contentType } = negotiateForm(exchange.request.headers.accept);
  const { body } = writePage(page, form);
  const head = { 'content-type': contentType, vary: 'Accept' };
  if (gate.parts.cachesPages !== true) {
    return exchange.sendWhole(200, { ...head, 'cache-control': 'no-store' }, body);
  }
  const tag = `${form}-${hash('sha256', body, 'hex')}`;
  written?.(tag);
  if (held === tag) return exchange.sendStatus(304, asksAgain(tag));
  exchange.sendWhole(200, { ...head, ...asksAgain(tag) }, body);
}

/** Kept by whoever asks, and asked for again each time it is used: the verdict is ours (attack F02). */
function asksAgain(tag: string): OutgoingHttpHeaders {
  return { 'cache-control': 'private, no-cache', etag: `"${tag}"`, vary: 'Accept' };
}

/** The one tag of a condition as installers send it (RFC 9110 13.1.2); `null`: none, or of another form. */
function tagIn(condition: string | undefined): string | null {
  return /^(?:W\/)?"([\w-]+)"$/u.exec(condition?.trim() ?? '')?.[1] ?? null;
}

function logRefused(gate: Gate, exchange: Exchange, reason: Reason): void {
  gate.parts.log({ event: 'refused', kind: 'page', url: printableUrl(exchange.url), reason });
}

/** Some installers ask `/simple//name/`. */
function withoutDoubleSlashes(url: URL): URL {
  const clean = new URL(url);
  clean.pathname = url.pathname.replace(/\/{2,}/gu, '/');
  return clean;
}

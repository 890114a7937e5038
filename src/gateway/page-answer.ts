// SPDX-License-Identifier: Apache-2.0
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
  const agent = exchange.request.headers['user-agent'];
  const ask = {
    url: url.href,
    credentials: exchange.credentials,
    ...(agent === undefined ? {} : { agent }),
  };
  const outcome = await exchange.whileThere(gate.parts.verification.page(ask));
  switch (outcome.outcome) {
    case 'judged':
      return sendPage(exchange, judgedPage(gate, outcome.judged));
    case 'not-found':
      return exchange.sendStatus(passableStatus(outcome.status), { 'cache-control': 'no-store' });
    case 'unauthorised':
      return exchange.sendStatus(passableStatus(outcome.status), {
        ...challengeHeader(outcome.challenge),
        'cache-control': 'no-store',
      });
    case 'blocked':
      logRefused(gate, exchange, outcome.refusal.toReason());
      return sendPage(exchange, emptyPage(url));
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

function sendPage(exchange: Exchange, page: WritablePage): void {
  const { form, contentType } = negotiateForm(exchange.request.headers.accept);
  const headers = { 'content-type': contentType, 'cache-control': 'no-store', vary: 'Accept' };
  exchange.sendWhole(200, headers, writePage(page, form).body);
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

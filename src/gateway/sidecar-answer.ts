// SPDX-License-Identifier: Apache-2.0
import { printableUrl } from '../core/url.ts';
import { filenameOf } from './classify.ts';
import type { Exchange } from './exchange.ts';
import type { Gate } from './gate.ts';
import { passableStatus } from './passed-status.ts';
import { subjectOf } from './problem.ts';

/** Answers `<file>.metadata` (PEP 658). */
export async function answerSidecar(gate: Gate, exchange: Exchange): Promise<void> {
  const ask = { url: exchange.url.href, credentials: exchange.credentials };
  const outcome = await exchange.whileThere(gate.parts.verification.sidecar(ask));
  switch (outcome.outcome) {
    case 'served':
      return exchange.sendWhole(
        200,
        { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' },
        outcome.bytes,
      );
    case 'not-found':
      return exchange.sendStatus(passableStatus(outcome.status), { 'cache-control': 'no-store' });
    case 'refused': {
      const { reason } = outcome;
      const url = printableUrl(exchange.url);
      gate.parts.log({ event: 'refused', kind: 'sidecar', url, reason });
      const filename = filenameOf(exchange.url).replace(/\.metadata$/u, '');
      return exchange.sendRefusal(403, reason, subjectOf(filename, null));
    }
  }
}

/** Answers the address of a file that a page only showed. */
export function answerRefusalAddress(gate: Gate, exchange: Exchange): void {
  const registered = gate.refused.at(exchange.url);
  if (registered === null) return exchange.sendStatus(404, { 'cache-control': 'no-store' });
  const { reason, subject } = registered;
  gate.parts.log({ event: 'refused', kind: 'refusal', url: printableUrl(exchange.url), reason });
  return exchange.sendRefusal(403, reason, subject);
}

// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { ListedFile } from '../core/artifact.ts';
import type { Reason } from '../core/errors.ts';
import type { Subject } from './problem.ts';
import { subjectOf } from './problem.ts';

/**
 * Reserved by RFC 2606: no resolver knows it, so only a gate can answer for it. It must not end in
 * the name that steered environments put into NO_PROXY, or installers would ask past the gate.
 */
export const REFUSAL_HOST = 'wheelproof-refusals.invalid';

export interface RegisteredRefusal {
  readonly reason: Reason;
  readonly subject: Subject;
}

/**
 * Addresses that answer a refusal: a page that would otherwise be empty offers its refused files
 * there, so that the installer prints the reason instead of "no matching distribution".
 */
export class RefusedAddresses {
  readonly #refusals = new Map<string, RegisteredRefusal>();

  /** The same file refused for the same reason keeps its address through the run. */
  addressFor(file: ListedFile, reason: Reason, project: string | null): string {
    const identity = JSON.stringify([file.url, reason.code, reason.message]);
    const id = createHash('sha256').update(identity).digest('hex').slice(0, 32);
    this.#refusals.set(id, { reason, subject: subjectOf(file.filename, project) });
    return `https://${REFUSAL_HOST}/refused/${id}/${encodeURIComponent(file.filename)}`;
  }

  /** Whatever follows the id is for the reader alone (`….whl`, `….whl.metadata`). */
  at(url: URL): RegisteredRefusal | null {
    const id = /^\/refused\/([0-9a-f]{32})(?:\/|$)/u.exec(url.pathname)?.[1];
    return (id === undefined ? undefined : this.#refusals.get(id)) ?? null;
  }
}

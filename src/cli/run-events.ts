// SPDX-License-Identifier: Apache-2.0
import type { Reason } from '../core/errors.ts';
import type { GatewayEvent } from '../gateway/index.ts';

export type SubjectReason = Reason & { readonly subject: string };

/** Gathers what the gate refused beside files: pages, metadata, other traffic, faults of ours. */
export class RunEvents {
  readonly #refusals = new Map<string, SubjectReason>();
  readonly #notes = new Set<string>();
  readonly #requested = new Set<string>();
  readonly #tell: (refusal: SubjectReason) => void;

  constructor(tell: (refusal: SubjectReason) => void = () => undefined) {
    this.#tell = tell;
  }

  readonly log = (event: GatewayEvent): void => {
    switch (event.event) {
      case 'refused':
        // A file's refusal has its own receipt.
        if (event.kind === 'refusal') this.#requested.add(filenameAt(event.url));
        else if (event.kind !== 'file') this.#add(event.url, event.reason);
        break;
      case 'fault':
        this.#add(event.url, event.reason);
        break;
      case 'malformed':
      case 'unauthenticated':
        this.#notes.add(event.reason.message);
        break;
      case 'handshake-failed':
        this.#notes.add(`${event.host}: the installer ended the connection (${event.message})`);
        break;
      case 'request':
      case 'other-traffic':
        break;
    }
  };

  readonly note = (sentence: string): void => {
    this.#notes.add(sentence);
  };

  refusals(): readonly SubjectReason[] {
    return [...this.#refusals.values()];
  }

  notes(): readonly string[] {
    return [...this.#notes];
  }

  /** The names of files that a page only showed as refused, and that were asked for. */
  requested(): ReadonlySet<string> {
    return this.#requested;
  }

  #add(subject: string, reason: Reason): void {
    const key = `${reason.code} ${subject}`;
    if (this.#refusals.has(key)) return;
    const refusal = { ...reason, subject };
    this.#refusals.set(key, refusal);
    this.#tell(refusal);
  }
}

/** A refusal's address ends in the name of its file, as the gate wrote it. */
function filenameAt(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  const name = last.replace(/\.metadata$/u, '');
  try {
    return decodeURIComponent(name);
  } catch {
    // Not as the gate wrote it, so no file has this name.
    return name;
  }
}

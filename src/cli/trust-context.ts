// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { canonicalJson } from '../core/canonical-json.ts';
import type { Clock } from '../core/clock.ts';
import type { PageCopies } from '../core/page-copy.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import { asciiJson } from '../report/index.ts';
import type { HeldKeys } from '../trust/held-keys.ts';
import type { Occasion } from '../trust/index.ts';

export interface TrustContext {
  /** Closed by whoever opened it. */
  readonly rows: TrustRows;
  readonly clock: Clock;
  /** Pages that are kept for the time when their index is down. */
  readonly pageCopies?: () => Pick<PageCopies, 'forget'>;
  /** Maintainers' keys that may speak. */
  readonly keys?: () => Promise<Pick<HeldKeys, 'all' | 'find' | 'save'>>;
  /** Who runs the command. */
  readonly owner: string;
}

export interface TrustIo {
  out(text: string): void;
  stdin(): Promise<Uint8Array>;
  readonly stdinIsTerminal: boolean;
}

export interface Json {
  readonly json?: true;
}

export function occasionOf({ clock }: Pick<TrustContext, 'clock'>): Occasion {
  return { now: clock.now(), run: `trust-${randomBytes(8).toString('hex')}` };
}

export function printJson(io: Pick<TrustIo, 'out'>, value: unknown): void {
  io.out(asciiJson(JSON.parse(canonicalJson(value))));
}

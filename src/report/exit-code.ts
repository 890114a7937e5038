// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:os';
import { classOf, type Code } from '../core/codes.ts';
import { exitCodeOf, worstClass } from '../core/refusal-class.ts';

export interface Ending {
  /** The installer's own exit code; `null` when it was ended by a signal or never started. */
  readonly exit: number | null;
  /** The signal that ended it, by name. */
  readonly signal: string | null;
}

/**
 * The exit code of a run: that of the worst refusal's class, whatever the installer answered;
 * the installer's own where nothing was refused (property P12).
 */
export function exitOf(refused: Iterable<Code>, ending: Ending): number {
  const worst = worstClass([...refused].map((code) => classOf(code)));
  if (worst !== null) return exitCodeOf(worst);
  if (ending.exit !== null) return ending.exit;
  const number = signalNumber(ending.signal);
  return number === null ? exitCodeOf('E-INTERNAL') : 128 + number;
}

function signalNumber(signal: string | null): number | null {
  const found = Object.entries(constants.signals).find(([name]) => name === signal);
  return found === undefined ? null : found[1];
}

// SPDX-License-Identifier: Apache-2.0
import { classOf, CODES, type Code } from '../core/codes.ts';
import type { Reason } from '../core/errors.ts';
import type { Environment, Machine } from '../core/machine.ts';
import { exitCodeOf, worstClass } from '../core/refusal-class.ts';

/** `note`: worth knowing. `warning`: weakens something. `problem`: has a code, and decides the exit code. */
export type CheckState = 'ok' | 'note' | 'warning' | 'problem';

/** One thing that was looked at; a contract of `doctor --json`. */
export interface Check {
  /** `state.data`, `pip.settings`, …: stable, not unique. */
  readonly id: string;
  readonly subject: string;
  readonly state: CheckState;
  readonly message: string;
  /** The next step, where one is due. */
  readonly hint: string | null;
  /** Of problems alone. */
  readonly code: Code | null;
}

/** What is looked at, and whose it is. */
export interface Surroundings {
  readonly machine: Machine;
  readonly environment: Environment;
  readonly directory: string;
  readonly home: string;
  /** `null` where the system has no user ids. */
  readonly uid: number | null;
}

/** Where a check belongs. */
export type Of = readonly [id: string, subject: string];

export function ok([id, subject]: Of, message: string): Check {
  return { id, subject, state: 'ok', message, hint: null, code: null };
}

export function note([id, subject]: Of, message: string, hint: string | null = null): Check {
  return { id, subject, state: 'note', message, hint, code: null };
}

export function warning([id, subject]: Of, message: string, hint: string): Check {
  return { id, subject, state: 'warning', message, hint, code: null };
}

export function problem(of: Of, code: Code, message: string, hint = CODES[code].next): Check {
  return { id: of[0], subject: of[1], state: 'problem', message, hint, code };
}

/** What a part of wheelproof refused to do. */
export function refused(of: Of, { code, message, hint }: Reason): Check {
  return problem(of, code, message, hint);
}

/** 0 without a problem, otherwise that of the worst one's class. */
export function exitOf(checks: readonly Check[]): number {
  const codes = checks.flatMap(({ state, code }) => (state === 'problem' && code ? [code] : []));
  const worst = worstClass(codes.map((code) => classOf(code)));
  return worst === null ? 0 : exitCodeOf(worst);
}

/** Each once: several installers read the same files. */
export function distinct(checks: readonly Check[]): readonly Check[] {
  return [...new Map(checks.map((check) => [JSON.stringify(check), check])).values()];
}

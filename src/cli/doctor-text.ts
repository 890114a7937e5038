// SPDX-License-Identifier: Apache-2.0
import { safeText } from '../core/safe-text.ts';
import type { Check, CheckState } from './doctor-check.ts';

const SGR: Readonly<Record<CheckState, number>> = { ok: 32, note: 36, warning: 33, problem: 31 };
const LONGEST = 1_000;

/** A section for people: a mark, what was looked at, what was found, and the next step. */
export function sectionText(title: string, checks: readonly Check[], colour: boolean): string {
  if (checks.length === 0) return '';
  return [title, ...checks.flatMap((check) => linesOf(check, colour)), '']
    .map((line) => `${line}\n`)
    .join('');
}

function linesOf({ subject, state, message, hint, code }: Check, colour: boolean): string[] {
  const mark = state.padEnd('problem'.length);
  const shown = colour ? `\u{1b}[${SGR[state]}m${mark}\u{1b}[0m` : mark;
  const coded = code === null ? '' : ` (${code})`;
  const lines = [`  ${shown}  ${safeText(`${subject}: ${message}`, LONGEST)}${coded}`];
  return hint === null ? lines : [...lines, `           next: ${safeText(hint, LONGEST)}`];
}

/** `wheelproof doctor: 1 problem, 2 warnings, 3 notes, 20 ok; exit 17` */
export function summaryText(checks: readonly Check[], exit: number): string {
  const count = (state: CheckState): number =>
    checks.filter((check) => check.state === state).length;
  const many = (number: number, word: string): string =>
    `${number === 0 ? 'no' : number} ${word}${number === 1 ? '' : 's'}`;
  const counts = [
    many(count('problem'), 'problem'),
    many(count('warning'), 'warning'),
    many(count('note'), 'note'),
    `${count('ok')} ok`,
  ];
  return `wheelproof doctor: ${counts.join(', ')}${exit === 0 ? '' : `; exit ${exit}`}\n`;
}

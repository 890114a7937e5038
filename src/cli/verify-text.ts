// SPDX-License-Identifier: Apache-2.0
import type { Finding } from '../core/finding.ts';
import { REFUSAL_CLASSES, WORST_FIRST, exitCodeOf } from '../core/refusal-class.ts';
import type { Report } from '../core/report.ts';
import { safeText } from '../core/safe-text.ts';

/** What was found of one file, for people: the last line is the verdict. */
export function verdictText({ files, notes, exit }: Report): string {
  const lines = files.flatMap(({ filename, sha256, findings, reasons, verdict }) => [
    filename,
    `  sha256       ${sha256 ?? 'unknown'}`,
    ...findings.map((one) => `  ${one.kind.padEnd(12)} ${findingWords(one)}`),
    ...notes.map((note) => `  note         ${note}`),
    ...reasons.flatMap(({ code, message, hint }) => [`  ${code}: ${message}`, `    next: ${hint}`]),
    verdict === 'vouched' ? 'vouched' : `${verdict}${classOf(exit)}`,
  ]);
  return lines.map((line) => `${safeText(line, 2_000)}\n`).join('');
}

function findingWords({ state, identity, detail, unconfirmed }: Finding): string {
  const isOpen = unconfirmed === true && state === 'vouched';
  const doubt = isOpen ? ' (unconfirmed: nothing says that he may release it)' : '';
  const who = identity === null ? '' : `${identity}${doubt}; `;
  return `${state}: ${who}${detail}`;
}

/** What an exit code means, to stand behind a verdict. */
export function classOf(exit: number): string {
  const found = WORST_FIRST.find((one) => exitCodeOf(one) === exit);
  return found === undefined ? '' : `; exit ${exit} (${found}: ${REFUSAL_CLASSES[found].meaning})`;
}

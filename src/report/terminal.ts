// SPDX-License-Identifier: Apache-2.0
import { WORST_FIRST, exitCodeOf } from '../core/refusal-class.ts';
import type { Report, ReportFormat, Surface } from '../core/report.ts';
import { withoutCommands } from '../core/safe-text.ts';
import { renderAttention } from './attention.ts';
import { paint } from './style.ts';
import { renderTable } from './table.ts';

/** For people: a table, what needs attention, and one line that sums it up. */
export const terminal: ReportFormat = {
  format: 'terminal',
  render: (report, surface) => {
    const parts = [renderTable(report, surface), renderAttention(report, surface)];
    const blocks = parts.filter((lines) => lines.length > 0).map((lines) => trimmed(lines));
    return withoutCommands(`${[...blocks, summaryLine(report, surface)].join('\n\n')}\n`);
  },
};

function trimmed(lines: readonly string[]): string {
  return lines.join('\n').trimEnd();
}

function summaryLine(report: Report, surface: Surface): string {
  const { summary } = report;
  if (summary.files === 0) return `wheelproof: no file was downloaded${exitClause(report)}`;
  const alone = `no one but the index vouches for ${summary.first_seen === 1 ? 'it' : 'them'}`;
  const counts = [
    { count: summary.vouched, words: 'vouched', colour: 'green' },
    { count: summary.remembered, words: 'remembered', colour: 'cyan' },
    { count: summary.first_seen, words: `first seen (${alone})`, colour: 'yellow' },
    { count: summary.undecided, words: 'undecided', colour: 'magenta' },
    { count: summary.refused, words: 'refused', colour: 'red' },
    { count: summary.failed, words: 'failed', colour: 'red' },
  ] as const;
  const told = counts
    .filter(({ count }) => count > 0)
    .map(({ count, words, colour }) => paint(surface, colour, `${count} ${words}`));
  const files = summary.files === 1 ? '1 file' : `${summary.files} files`;
  return `${paint(surface, 'bold', `wheelproof: ${files}`)}: ${told.join(', ')}${coverageClause(report)}${exitClause(report)}`;
}

/** Of everything that may be installed; silent where nobody attests. */
function coverageClause({ coverage: { released, attested, confirmed } }: Report): string {
  if (attested === 0) return '';
  const stranger = attested - confirmed;
  const unconfirmed = stranger === 0 ? '' : `, ${stranger} of them unconfirmed`;
  return `; ${attested} of ${released} attested by their publishers${unconfirmed}`;
}

/** Where something was refused, the exit code is ours, not the installer's. */
function exitClause({ exit, files, refusals }: Report): string {
  if (refusals.length === 0 && files.every(({ reasons }) => reasons.length === 0)) return '';
  const refusalClass = WORST_FIRST.find((one) => exitCodeOf(one) === exit);
  return refusalClass === undefined ? '' : `; exit ${exit} (${refusalClass})`;
}

// SPDX-License-Identifier: Apache-2.0
import { classOf } from '../core/codes.ts';
import type { Place, Report, ReportFormat, Surface } from '../core/report.ts';
import { safeText } from '../core/safe-text.ts';
import { tellFewAlike } from './alike.ts';
import { commitLines } from './commits.ts';
import { refusedThings, type RefusedThing } from './refused.ts';
import { pathInSources } from './source-uri.ts';
import { VERDICT_WORDS } from './style.ts';
import { whoVouches } from './table.ts';

/** Services take a megabyte at most of one step. */
const MOST_REFUSALS = 100;
const MOST_ROWS = 500;
const MOST_NOTES = 50;

/** A summary for the page of a job (GitHub Flavored Markdown). */
export const markdown: ReportFormat = {
  format: 'markdown',
  render: (report, surface) =>
    `${[
      headline(report),
      ...refusalLines(report, surface),
      ...fileTable(report),
      ...noteLines(report),
    ].join('\n')}\n`,
};

const COUNTED = ['vouched', 'remembered', 'first_seen', 'undecided', 'refused', 'failed'] as const;

function headline({ summary, installer, exit }: Report): string {
  const told = COUNTED.filter((name) => summary[name] > 0)
    .map((name) => `${summary[name]} ${name.replace('_', ' ')}`)
    .join(', ');
  const files = summary.files === 1 ? '1 file' : `${summary.files} files`;
  const what = summary.files === 0 ? 'no file was downloaded' : `${files}: ${told}`;
  return `## wheelproof: ${what}\n\n${code(installer.name)}: exit code ${exit}.\n`;
}

function refusalLines(report: Report, surface: Surface): readonly string[] {
  const { told, counted } = tellFewAlike(report.files);
  const refused = refusedThings({ ...report, files: told });
  if (refused.length === 0) return [];
  const shown = refused.slice(0, MOST_REFUSALS).flatMap((thing) => describe(thing, surface));
  const more = refused.length - MOST_REFUSALS;
  const rest = [
    ...counted.map((line) => `- ${code(line)}`),
    ...(more > 0 ? [`- … and ${more} more`] : []),
  ];
  return ['### Refused\n', ...shown, ...rest, ''];
}

function describe({ subject, filename, reason, places }: RefusedThing, surface: Surface): string[] {
  const at = places.map((place) => code(shownPlace(place, surface)));
  return [
    `- **${reason.code}** (${classOf(reason.code)}): ${code(filename ?? subject)}`,
    `  - ${code(reason.message)}`,
    ...(at.length === 0 ? [] : [`  - asked for at ${at.join(', ')}`]),
    `  - next: ${code(reason.hint)}`,
  ];
}

function shownPlace(place: Place, surface: Surface): string {
  return `${pathInSources(place, surface) ?? place.file}:${place.line}`;
}

function fileTable({ files }: Report): readonly string[] {
  if (files.length === 0) return [];
  const rows = files.slice(0, MOST_ROWS).map((file) => {
    const cells = [file.project, file.version, VERDICT_WORDS[file.verdict].word, whoVouches(file)];
    return `| ${cells.map(cellOf).join(' | ')} |`;
  });
  const more = files.length - MOST_ROWS;
  return [
    '<details><summary>Every file, and who vouches for it</summary>\n',
    '| project | version | verdict | who vouches |',
    '| --- | --- | --- | --- |',
    ...rows,
    ...(more > 0 ? [`\n… and ${more} more`] : []),
    '\n</details>\n',
  ];
}

function noteLines(report: Report): readonly string[] {
  const notes = [...commitLines(report), ...report.notes];
  if (notes.length === 0) return [];
  return ['### Notes\n', ...notes.slice(0, MOST_NOTES).map((note) => `- ${code(note)}`), ''];
}

/**
 * A code span, whatever the text: nothing in it is a link, a mention, an image or HTML. Its fence is
 * longer than any row of backticks inside (GFM 6.3).
 */
function code(text: string, most = 1_000): string {
  const safe = safeText(text, most).trim();
  if (safe === '') return '` `';
  const longest = Math.max(0, ...[...safe.matchAll(/`+/gu)].map(([row]) => row.length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 ? ' ' : '';
  return `${fence}${pad}${safe}${pad}${fence}`;
}

/** Also inside a code span, a bar would end the cell (GFM 4.10). */
function cellOf(text: string): string {
  return code(text, 120).replaceAll('|', String.raw`\u{7c}`);
}

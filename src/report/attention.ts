// SPDX-License-Identifier: Apache-2.0
import { classOf } from '../core/codes.ts';
import type { Reason } from '../core/errors.ts';
import { WORST_FIRST } from '../core/refusal-class.ts';
import type { HalfInstalled, Report, ReportedFile, Surface } from '../core/report.ts';
import { safeText } from '../core/safe-text.ts';
import { tellFewAlike } from './alike.ts';
import { commitLines } from './commits.ts';
import { paint, VERDICT_WORDS } from './style.ts';

/** No refusal takes more lines than this. */
export const MOST_REFUSAL_LINES = 12;
const MOST_REFUSALS = 20;
const MOST_REASONS = 3;
const MOST_NOTES = 12;
const MOST_COMMAND_CHARACTERS = 16_384;

interface Refused {
  readonly rank: number;
  readonly lines: readonly string[];
}

/** What the reader must not miss: each refusal in a few lines, then notes. */
export function renderAttention(report: Report, surface: Surface): readonly string[] {
  const { told, counted } = tellFewAlike(report.files);
  const files = told
    .filter((file) => file.reasons.length > 0)
    .map((file) => describeFile(file, surface));
  const others = report.refusals.map((refusal) => describeRefusal(refusal, surface));
  const all = [...files, ...others].sort((a, b) => a.rank - b.rank);
  const lines = all.slice(0, MOST_REFUSALS).flatMap(({ lines: own }) => [...own, '']);
  if (all.length > MOST_REFUSALS) {
    lines.push(`… ${all.length - MOST_REFUSALS} more refusals (--report FILE lists them)`, '');
  }
  if (counted.length > 0) lines.push(...counted.map((line) => safeText(line)), '');
  return [
    ...report.half_installed.flatMap((one) => describeHalf(one, surface)),
    ...lines,
    ...noteLines(report, surface),
  ];
}

function describeFile(file: ReportedFile, surface: Surface): Refused {
  const [worst] = file.reasons;
  const { word } = VERDICT_WORDS[file.verdict];
  const title = `${word}: ${`${file.project} ${file.version}`.trim()}`;
  const failed = file.findings.filter(({ state }) => state === 'failed' || state === 'unreachable');
  return {
    rank: rankOf(worst),
    lines: [
      paint(surface, 'red', safeText(title)),
      field('file', file.filename),
      field('from', file.url),
      ...(failed.length === 0
        ? []
        : [field('evidence', failed.map(({ kind, state }) => `${kind} ${state}`).join(', '))]),
      ...reasonLines(file.reasons),
    ],
  };
}

function describeRefusal(refusal: Report['refusals'][number], surface: Surface): Refused {
  const title = paint(surface, 'red', safeText(`refused: ${refusal.subject}`));
  return { rank: rankOf(refusal), lines: [title, ...reasonLines([refusal])] };
}

/** The command is shown whole: it is there to be copied. */
function describeHalf(half: HalfInstalled, surface: Surface): readonly string[] {
  const names = half.distributions.length === 0 ? half.site : half.distributions.join(', ');
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['left', half.files],
    ['missing', half.missing],
    ['gone', half.gone],
  ];
  return [
    paint(surface, 'red', safeText(`half installed: ${names}`, 600)),
    field('in', half.site),
    ...rows.filter(([, all]) => all.length > 0).map(([name, all]) => field(name, listed(all))),
    field('next', 'Run this; it clears away what is left and installs anew:'),
    safeText(half.repair, MOST_COMMAND_CHARACTERS),
    '',
  ];
}

function reasonLines(reasons: readonly Reason[]): readonly string[] {
  const [worst] = reasons;
  if (worst === undefined) return [];
  const more = reasons.length - MOST_REASONS;
  return [
    ...reasons.slice(0, MOST_REASONS).map(({ message }) => field('reason', message)),
    ...(more > 0 ? [field('', `and ${more} more (--report FILE lists them)`)] : []),
    field('next', worst.hint),
    field('code', `${worst.code} (${classOf(worst.code)}); \`wheelproof explain ${worst.code}\``),
  ];
}

function field(name: string, text: string): string {
  return `  ${name.padEnd(9)} ${safeText(text, 600)}`;
}

function rankOf(reason: Reason | undefined): number {
  return reason === undefined ? WORST_FIRST.length : WORST_FIRST.indexOf(classOf(reason.code));
}

function noteLines(report: Report, surface: Surface): readonly string[] {
  const covered = new Set(report.commits.map(({ project, version }) => `${project} ${version}`));
  const unchecked = report.installed
    .filter(({ source }) => source === 'local' || source === 'vcs')
    .filter(({ name, version }) => !covered.has(`${name} ${version}`))
    .map(({ name, version, source }) => `${name} ${version} (${source})`);
  const traffic = report.other_traffic.map(({ host, requests }) => `${host} (${requests})`);
  const notes = [
    ...commitLines(report),
    ...report.notes,
    ...(unchecked.length === 0 ? [] : [`installed without a file to check: ${listed(unchecked)}`]),
    ...(traffic.length === 0 ? [] : [`other traffic, not judged: ${listed(traffic)}`]),
  ];
  const shown = notes.slice(0, MOST_NOTES).map((note) => `note: ${safeText(note, 600)}`);
  const more = notes.length - MOST_NOTES;
  if (more > 0) shown.push(`note: ${more} more (--report FILE lists them)`);
  return shown.map((line) => paint(surface, 'dim', line));
}

function listed(texts: readonly string[]): string {
  const more = texts.length - 5;
  return `${texts.slice(0, 5).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

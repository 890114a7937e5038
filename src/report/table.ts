// SPDX-License-Identifier: Apache-2.0
import { isVoucher } from '../core/finding.ts';
import type { Report, ReportedFile, Surface } from '../core/report.ts';
import type { Verdict } from '../core/verdict.ts';
import { tellFewAlike } from './alike.ts';
import { fit, paint, VERDICT_WORDS } from './style.ts';

/** More rows than this are folded: of each releasing verdict, these many stay; of alike refusals, a few. */
const MOST_ROWS = 40;
const ROWS_WHEN_FOLDED = 10;
const WIDEST = { project: 40, version: 24 };
/** Without a terminal: lines are cut only where nobody would read on. */
const WIDTH_WHEN_PIPED = 160;
const NARROWEST = 20;

/** Project, version, verdict and who vouches: a line a file. */
export function renderTable(report: Report, surface: Surface): readonly string[] {
  const { shown, folded } = fold(report.files);
  if (shown.length === 0) return [];
  const rows = shown.map((file) => cellsOf(file, report.files));
  const project = columnWidth(['project', ...rows.map((row) => row.project)], WIDEST.project);
  const version = columnWidth(['version', ...rows.map((row) => row.version)], WIDEST.version);
  const who = Math.max(NARROWEST, (surface.width ?? WIDTH_WHEN_PIPED) - project - version - 18);
  const line = (cells: Cells, paintVerdict: (text: string) => string): string =>
    [
      ' ',
      fit(cells.project, project).padEnd(project),
      fit(cells.version, version).padEnd(version),
      `${paintVerdict(cells.verdict)}${' '.repeat(10 - cells.verdict.length)}`,
      fit(cells.who, who),
    ].join(' ');
  const head = { project: 'project', version: 'version', verdict: 'verdict', who: 'who vouches' };
  return [
    paint(
      surface,
      'dim',
      line(head, (text) => text),
    ),
    ...rows.map((row) => line(row, (text) => paint(surface, row.colour, text))),
    ...folded.map((text) => `  ${paint(surface, 'dim', text)}`),
  ];
}

interface Cells {
  readonly project: string;
  readonly version: string;
  readonly verdict: string;
  readonly who: string;
}

function cellsOf(file: ReportedFile, all: readonly ReportedFile[]) {
  const { word, colour } = VERDICT_WORDS[file.verdict];
  const hasTwin = all.some(
    (one) => one !== file && one.project === file.project && one.version === file.version,
  );
  const who = whoVouches(file);
  return {
    project: file.project,
    version: file.version === '' ? '?' : file.version,
    verdict: word,
    colour,
    who: hasTwin ? `${who} (${file.filename})` : who,
  };
}

/** In one phrase; for a blocked file, the code of its first reason. */
export function whoVouches(file: ReportedFile): string {
  switch (file.verdict) {
    case 'vouched':
    case 'remembered': {
      const vouchers = file.findings.filter(isVoucher);
      return vouchers.map((one) => `${one.kind}: ${one.identity ?? one.detail}`).join('; ') || '?';
    }
    case 'first-seen':
      return firstSeenBy(file);
    case 'undecided':
    case 'refused':
    case 'failed':
      return file.reasons[0]?.code ?? '';
    default:
      return '';
  }
}

/** A publisher whom nothing ties to the project yet is named, and called that. */
function firstSeenBy({ findings }: ReportedFile): string {
  const found = findings.find(({ unconfirmed, state }) => unconfirmed && state === 'vouched');
  return found === undefined ? 'no one but the index' : `unconfirmed: ${found.identity ?? '?'}`;
}

function fold(files: readonly ReportedFile[]): {
  readonly shown: readonly ReportedFile[];
  readonly folded: readonly string[];
} {
  if (files.length <= MOST_ROWS) return { shown: files, folded: [] };
  const hidden = new Set<ReportedFile>();
  const { told, counted } = tellFewAlike(files);
  const folded = [...counted];
  for (const verdict of ['vouched', 'remembered', 'first-seen'] satisfies Verdict[]) {
    const more = files.filter((file) => file.verdict === verdict).slice(ROWS_WHEN_FOLDED);
    if (more.length === 0) continue;
    for (const file of more) hidden.add(file);
    folded.push(`… ${more.length} more ${VERDICT_WORDS[verdict].word} (--report FILE lists them)`);
  }
  return { shown: told.filter((file) => !hidden.has(file)), folded };
}

function columnWidth(texts: readonly string[], widest: number): number {
  return Math.min(widest, Math.max(...texts.map((text) => fit(text, widest).length)));
}

// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import type { Bound } from './cases.ts';
import type { Absent } from './lane.ts';
import type { Row } from './race.ts';

/** One table of the page. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly lines: readonly (readonly string[])[];
  /** Bounds that were missed, in words. */
  readonly missed: readonly string[];
}

const HEAD = ['', 'median', 'ratio to plain', 'whole run', 'own CPU', 'bound'];
const WHOLE = HEAD.indexOf('whole run');

export function tableOf(
  title: string,
  measured: { readonly rows: readonly Row[]; readonly absent: readonly Absent[] },
  bounds: readonly Bound[],
): Table {
  const missed: string[] = [];
  const lines = measured.rows.map((row) => {
    const told = bounds
      .filter(({ lane }) => row.name.startsWith(lane))
      .map((bound) => {
        const verdict = judge(row[bound.of], bound.most);
        if (verdict === 'MISSED') missed.push(`${title}: ${row.name}, ${sentence(row, bound)}`);
        return `${bound.of === 'own' ? 'CPU ' : ''}≤ ${bound.most.toFixed(2)}: ${verdict}`;
      });
    return [
      row.name,
      `${row.seconds.toFixed(2)} s`,
      row.ratio.toFixed(2),
      row.whole === null ? '' : `${row.whole.seconds.toFixed(2)} s, ${row.whole.ratio.toFixed(2)}`,
      `${row.own.toFixed(2)} s`,
      told.join('; '),
    ];
  });
  const gaps = measured.absent.map(({ name, reason }) => {
    return [name, 'not run', '', '', '', plain(reason)];
  });
  const all = [HEAD, ...lines, ...gaps];
  const isPhase = measured.rows.some(({ whole }) => whole !== null);
  const [head = HEAD, ...shown] = isPhase ? all : all.map((cells) => cells.toSpliced(WHOLE, 1));
  return { title, head, lines: shown, missed };
}

export function judge(value: number, most: number): 'ok' | 'MISSED' {
  return value <= most ? 'ok' : 'MISSED';
}

function sentence(row: Row, { of, most }: Bound): string {
  return `${of === 'own' ? 'own CPU' : 'ratio'} ${row[of].toFixed(2)} over ${most.toFixed(2)}`;
}

/** Without what would break the table or name this machine. */
function plain(reason: string): string {
  return reason
    .replaceAll(/\s+/gu, ' ')
    .replaceAll('|', '/')
    .replaceAll(/(?:\/[\w.@+-]+){2,}/gu, '…');
}

export function markdownOf(table: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = table.head.map(() => '---');
  return [`### ${table.title}`, '', ...[table.head, rule, ...table.lines].map(line), ''].join('\n');
}

const BEGIN = '<!-- npm run bench: begin -->';
const END = '<!-- npm run bench: end -->';

/** Puts the text between the page's two marks. */
export async function writePage(text: string): Promise<void> {
  const path = join(import.meta.dirname, '..', 'docs', 'benchmarks.md');
  const page = readFileSync(path, 'utf8');
  const [before = '', rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  const whole = `${before}${BEGIN}\n\n${text}\n\n${END}${after}`;
  const style = { parser: 'markdown', printWidth: 100, singleQuote: true };
  writeFileSync(path, await format(whole, style));
}

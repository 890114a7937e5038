// SPDX-License-Identifier: Apache-2.0
import type { Environment } from '../core/machine.ts';
import { invalid } from './format.ts';

export interface LogicalLine {
  readonly text: string;
  /** `requirements.txt:12`, the line it begins on. */
  readonly where: string;
}

/** Where Python's `str.splitlines` ends a line and other readers may not; and characters no honest file needs. */
const AMBIGUOUS =
  // oxlint-disable-next-line no-control-regex -- finding control characters is the point
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\u0085\u2028\u2029]/u;
/** PEP 263; only encodings that agree with UTF-8 where the file is plain ASCII text. */
const CODING = /coding[:=]\s*([-\w.]+)/u;
const SAME_AS_UTF8 = /^(?:utf[-_]?8(?:[-_]sig)?|(?:us[-_]?)?ascii)$/iu;

/**
 * Logical lines in pip's order of steps: join continued lines, drop comments, expand `${NAME}`.
 * @throws Refusal `WP-LOCKFILE-INVALID` where installers would see other lines than we do
 */
export function logicalLines(
  text: string,
  file: string,
  environment: Environment,
): readonly LogicalLine[] {
  const lines = text.replace(/^\ufeff/u, '').split(/\r\n|\n|\r/u);
  for (const [index, line] of lines.entries()) verifyPlain(line, index, file);
  return joined(lines)
    .map(({ line, number }) => {
      const content = expanded(withoutComment(line).trim(), environment);
      // A variable may bring in what the file itself may not hold.
      if (/[\r\n]/u.test(content)) {
        throw invalid(`${file}:${number}`, 'a variable brings in a line break');
      }
      verifyPlain(content, number - 1, file);
      return { text: content, where: `${file}:${number}` };
    })
    .filter(({ text: content }) => content !== '');
}

function verifyPlain(line: string, index: number, file: string): void {
  const found = AMBIGUOUS.exec(line)?.[0];
  if (found !== undefined) {
    const point = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const what = `holds the character U+${point}, which installers read in different ways`;
    throw invalid(`${file}:${index + 1}`, what);
  }
  const coding = index < 2 && line.startsWith('#') ? CODING.exec(line)?.[1] : undefined;
  if (coding !== undefined && !SAME_AS_UTF8.test(coding)) {
    throw invalid(`${file}:${index + 1}`, `declares the encoding ${coding}; expected utf-8`);
  }
}

interface NumberedLine {
  readonly line: string;
  readonly number: number;
}

/** A line that ends in a backslash goes on in the next one; a comment line ends the continuation. */
function joined(lines: readonly string[]): readonly NumberedLine[] {
  const result: NumberedLine[] = [];
  let open: { parts: string[]; number: number } | null = null;
  for (const [index, line] of lines.entries()) {
    const comment = COMMENT_LINE.test(line);
    const part = comment ? ` ${line}` : line;
    const start: { parts: string[]; number: number } = open ?? { parts: [], number: index + 1 };
    if (line.endsWith('\\') && !comment) {
      start.parts.push(line.replace(/^\\+|\\+$/gu, ''));
      open = start;
    } else {
      result.push({ line: [...start.parts, part].join(''), number: start.number });
      open = null;
    }
  }
  if (open !== null) result.push({ line: open.parts.join(''), number: open.number });
  return result;
}

const COMMENT_LINE = /^\s*#/u;

/** pip's `(^|\s+)#.*$`, in one pass over whatever is in the line. */
function withoutComment(line: string): string {
  const start = /(?:^|\s)#/u.exec(line);
  return start === null ? line : line.slice(0, start.index);
}

/** Only `${NAME}` with capitals, digits and `_`; what is not set stays as it stands. */
function expanded(line: string, environment: Environment): string {
  return line.replace(/\$\{([A-Z0-9_]+)\}/gu, (whole, name: string) => {
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
    return value === undefined || value === '' ? whole : value;
  });
}

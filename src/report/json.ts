// SPDX-License-Identifier: Apache-2.0
import type { ReportFormat } from '../core/report.ts';

/** The contract for programs. */
export const json: ReportFormat = {
  format: 'json',
  render: (report) => asciiJson(report),
};

const NOT_PLAIN = /[^\n\x20-\x7e]/gu;

/** JSON in pure ASCII: what a terminal could act on is an escape sequence of JSON. */
export function asciiJson(value: object): string {
  return `${JSON.stringify(value, null, 2).replace(NOT_PLAIN, escaped)}\n`;
}

/** The same in one line. */
export function asciiJsonLine(value: object): string {
  return `${JSON.stringify(value).replace(NOT_PLAIN, escaped)}\n`;
}

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

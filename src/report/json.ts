// SPDX-License-Identifier: Apache-2.0
import type { ReportFormat } from '../core/report.ts';

/** The contract for programs. */
export const json: ReportFormat = {
  format: 'json',
  render: (report) => asciiJson(report),
};

const NOT_PLAIN = /[^\n\x20-\x7e]/gu;

/**
 * JSON in pure ASCII: what a terminal, or a service that reads the log, could act on is an escape
 * sequence of JSON.
 */
export function asciiJson(value: unknown): string {
  return `${plain(JSON.stringify(value, null, 2))}\n`;
}

/** The same in one line. */
export function asciiJsonLine(value: object): string {
  return `${plain(JSON.stringify(value))}\n`;
}

function plain(text: string): string {
  return text.replace(NOT_PLAIN, escaped).replace(/##(\w*)\[/gu, String.raw`##$1\u005b`);
}

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

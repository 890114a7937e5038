// SPDX-License-Identifier: Apache-2.0

/**
 * Characters that can move the cursor, hide text, reverse its direction or look like nothing:
 * C0 and C1 controls, bidi marks and overrides, zero-width characters, line and paragraph
 * separators, the byte-order mark, tag characters and lone surrogates.
 */
const UNSAFE =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- finding such characters is the point
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff]|[\u{e0000}-\u{e0fff}]/gu;

/**
 * Hostile text made fit for a terminal, a log line or a header: one line, nothing that acts, on the
 * terminal or in what services of continuous integration read of a log.
 */
export function safeText(text: string, maxCharacters = 500): string {
  const escaped = withoutCommands(
    text.replace(UNSAFE, (found) => {
      const point = found.codePointAt(0) ?? 0;
      return `\\u{${point.toString(16)}}`;
    }),
  );
  return escaped.length > maxCharacters ? `${escaped.slice(0, maxCharacters)}…` : escaped;
}

/**
 * What such services obey, broken up: `##[…]`, `##vso[…]`, `##teamcity[…]` wherever it stands in a
 * line, `::command::` where a line begins with it.
 */
export function withoutCommands(text: string): string {
  if (!text.includes('##') && !text.includes('::')) return text;
  return text
    .replace(/##(\w*)\[/gu, String.raw`##$1\u{5b}`)
    .replace(/^(\s*)::/gmu, String.raw`$1\u{3a}:`);
}

/** For an HTTP reason phrase: printable ASCII only. */
export function safeAscii(text: string, maxCharacters = 300): string {
  return safeText(text, maxCharacters).replace(/[^\x20-\x7e]/gu, '?');
}

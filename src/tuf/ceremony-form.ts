// SPDX-License-Identifier: Apache-2.0
import { canonicalJson } from '../core/canonical-json.ts';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import { readStrictJson, type JsonObject } from '../core/strict-json.ts';
import { timeText } from './documents.ts';
import { Fields } from './fields.ts';

/* How files of a ceremony are written: canonical JSON (RFC 8785) and a line feed. What was read is
 * written again and must be the same, so that no byte of a file can be another without notice. */

/** Whoever takes part, in file names and on everybody's screen. */
const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/u;
/** Of somebody whose key the ceremony takes out of the root. */
export const FORMER = 'former-';

export function writeForm(value: JsonObject): Uint8Array {
  return Buffer.from(`${canonicalJson(value)}\n`);
}

/** @throws Refusal `WP-CEREMONY-MALFORMED` */
export function readForm<T>(bytes: Uint8Array, what: string, read: (fields: Fields) => T): T {
  try {
    const fields = new Fields(readStrictJson(bytes, { plain: true }), what);
    if (!Buffer.from(bytes).equals(writeForm(fields.value)))
      throw new SyntaxError('is not written as it has to be');
    return read(fields);
  } catch (cause) {
    if (cause instanceof Refusal && cause.code.startsWith('WP-CEREMONY-')) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = why.startsWith(what) ? why : `${what} ${why}`;
    throw new Refusal('WP-CEREMONY-MALFORMED', { message: safeText(message), cause });
  }
}

/** @throws Refusal `WP-CEREMONY-NAME` */
export function checkName(name: string, what: string): string {
  if (NAME.test(name) && !name.startsWith(FORMER)) return name;
  throw new Refusal('WP-CEREMONY-NAME', {
    message: `${what}: "${safeText(name, 60)}" cannot be the name of a holder`,
  });
}

export function isName(name: string): boolean {
  return NAME.test(name) && !name.startsWith(FORMER);
}

/** Bytes in hexadecimal. @throws Refusal `WP-TUF-MALFORMED` */
export function hexOf(fields: Fields, name: string, bytes: number): string {
  const text = fields.text(name);
  if (text.length === 2 * bytes && /^[0-9a-f]*$/u.test(text)) return text;
  throw fields.wrong(name, `${bytes} bytes in hexadecimal`);
}

/** Whole seconds: `2030-01-31T00:00:00Z`. @throws Refusal `WP-TUF-MALFORMED` */
export function timeOf(fields: Fields, name: string): number {
  const time = Date.parse(fields.text(name));
  if (!Number.isNaN(time) && timeText(time) === fields.text(name)) return time;
  throw fields.wrong(name, 'a time written as 2030-01-31T00:00:00Z');
}

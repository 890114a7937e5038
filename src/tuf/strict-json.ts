// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { readStrictJson, type Json } from '../core/strict-json.ts';
import { MAX_VALUES } from './limits.ts';

/**
 * Metadata, which is written anew from what was read and must then say the same.
 * @throws Refusal `WP-TUF-MALFORMED`
 */
export function parseStrictJson(bytes: Uint8Array, what: string): Json {
  try {
    return readStrictJson(bytes, { plain: true, mostValues: MAX_VALUES });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal('WP-TUF-MALFORMED', { message: `${what} ${why}`, cause });
  }
}

export function malformed(what: string, why: string): Refusal {
  return new Refusal('WP-TUF-MALFORMED', { message: `${what}: ${why}` });
}

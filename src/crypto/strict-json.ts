// SPDX-License-Identifier: Apache-2.0
import { MAX_JSON_VALUES } from '../core/limits.ts';
import { readStrictJson } from '../core/strict-json.ts';
import { malformed } from './malformed.ts';

/**
 * Evidence's own JSON, read in one way or not at all, and never of more than MAX_JSON_VALUES values.
 * @throws Refusal `WP-ATTESTATION-MALFORMED`
 */
export function parseStrictJson(bytes: Uint8Array, what: string): unknown {
  try {
    return readStrictJson(bytes, { mostValues: MAX_JSON_VALUES });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw malformed(`${what} ${why}`, cause);
  }
}

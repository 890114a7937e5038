// SPDX-License-Identifier: Apache-2.0
import type { Code } from '../core/codes.ts';

/** What became of one signature: whose it is, or why it counts for nothing. */
export type SignatureOutcome =
  | { readonly good: true; readonly key: string }
  | { readonly good: false; readonly key: string; readonly code: Code; readonly reason: string };

/** @param key as people compare it. */
export function signatureOutcome(key: string) {
  const bad = (code: Code, reason: string): SignatureOutcome => ({
    good: false,
    key,
    code,
    reason,
  });
  return {
    good: (): SignatureOutcome => ({ good: true, key }),
    wrong: () => bad('WP-SIGNATURE-BAD', 'it is not over these bytes'),
    bad,
  };
}

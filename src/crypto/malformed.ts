// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';

/** Evidence that cannot be read in exactly one way. */
export function malformed(what: string, cause?: unknown): Refusal {
  return new Refusal('WP-ATTESTATION-MALFORMED', { message: what, cause });
}

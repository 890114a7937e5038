// SPDX-License-Identifier: Apache-2.0
import type { Code } from '../core/codes.ts';
import { Refusal } from '../core/errors.ts';

/** A server answered that it cannot answer (5xx, RFC 9110 15.6); the cause of its refusal. */
export class ServerFailure extends Error {
  constructor(status: number) {
    super(`status ${status}`);
    this.name = 'ServerFailure';
  }
}

const NO_ANSWER: ReadonlySet<Code> = new Set(['WP-UPSTREAM-UNREACHABLE', 'WP-LIMIT-TIME']);

/**
 * Whether the index is down, and says nothing: not where it answers something that is wrong, where
 * its TLS does not hold, or where it wants to know who asks.
 */
export function isOutage(thrown: unknown): thrown is Refusal {
  if (!(thrown instanceof Refusal)) return false;
  return NO_ANSWER.has(thrown.code) || thrown.cause instanceof ServerFailure;
}

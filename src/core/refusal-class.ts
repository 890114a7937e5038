// SPDX-License-Identifier: Apache-2.0

/**
 * The classes a refusal can fall in, with the exit code that the command line answers.
 * Missing, wrong and unreachable are three classes, because the right reaction differs:
 * ask the publisher, stop, retry.
 */
export const REFUSAL_CLASSES = {
  'E-BYTES': { exit: 10, meaning: 'evidence is present and contradicts the bytes' },
  'E-MISSING': { exit: 11, meaning: 'policy needs a voucher that is absent or too weak' },
  'E-IDENTITY': { exit: 12, meaning: 'valid evidence by or for the wrong one' },
  'E-FRESH': { exit: 13, meaning: 'rollback, freeze, replay, fork or expiry' },
  'E-ARCHIVE': { exit: 14, meaning: 'the archive or its metadata is malformed or ambiguous' },
  'E-SOURCE': { exit: 15, meaning: 'wrong index, host, scheme, TLS, pin or namespace' },
  'E-LIMIT': { exit: 16, meaning: 'a bound on size, time, ratio or count was passed' },
  'E-BYPASS': { exit: 17, meaning: 'configuration or traffic that goes round the gate' },
  'E-UPSTREAM': { exit: 20, meaning: 'cannot decide now; retry' },
  'E-STATE': { exit: 21, meaning: 'our own store, keys, permissions or disk' },
  'E-AUTH': { exit: 22, meaning: 'who are you, and may you' },
  'E-USAGE': { exit: 64, meaning: 'a bad command, argument or policy' },
  'E-INTERNAL': { exit: 70, meaning: 'a fault in wheelproof itself; always blocks' },
} as const;

export type RefusalClass = keyof typeof REFUSAL_CLASSES;

/** Worst first: with several refusals, the exit code is the first of these that occurred. */
export const WORST_FIRST: readonly RefusalClass[] = [
  'E-INTERNAL',
  'E-BYTES',
  'E-IDENTITY',
  'E-FRESH',
  'E-BYPASS',
  'E-ARCHIVE',
  'E-SOURCE',
  'E-LIMIT',
  'E-MISSING',
  'E-STATE',
  'E-AUTH',
  'E-UPSTREAM',
  'E-USAGE',
];

/** The worst of the classes given, or `null` when there is none. */
export function worstClass(classes: Iterable<RefusalClass>): RefusalClass | null {
  const seen = new Set(classes);
  return WORST_FIRST.find((candidate) => seen.has(candidate)) ?? null;
}

export function exitCodeOf(refusalClass: RefusalClass): number {
  return REFUSAL_CLASSES[refusalClass].exit;
}

// SPDX-License-Identifier: Apache-2.0
export type { AheadPlan } from './fetch-ahead.ts';
export { preexisting, reconcile, type Reconciled } from './installed.ts';
export type { AskFirstUse } from './question.ts';
export { reckon } from './reckoning.ts';
export { Verifier, type VerifierParts } from './verifier.ts';

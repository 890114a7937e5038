// SPDX-License-Identifier: Apache-2.0
export { guessClientPlatform } from './client-platform.ts';
export type { AheadPlan } from './fetch-ahead.ts';
export { preexisting, type Grounds } from './installed.ts';
export type { KnownPageMemory } from './known-page-store.ts';
export { Question, type AskFirstUse } from './question.ts';
export { reckon } from './reckoning.ts';
export { beginAll, type Judged } from './reconciliation.ts';
export type { RepeatPlan } from './repeated-pages.ts';
export { Repositories } from './repositories.ts';
export { isImportable, unlistedEntries, vanished } from './unlisted.ts';
export { Verifier, type VerifierParts } from './verifier.ts';

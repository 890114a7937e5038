// SPDX-License-Identifier: Apache-2.0
import type { RefusalClass } from './refusal-class.ts';

/** What a code says to whoever meets it. */
export interface CodeEntry {
  readonly class: RefusalClass;
  /** One sentence: what happened. */
  readonly title: string;
  /** Why it matters to the person who reads it. */
  readonly why: string;
  /** The next thing to do, where the refusal itself does not name a better one. */
  readonly next: string;
}

export const entry = (
  refusalClass: RefusalClass,
  title: string,
  why: string,
  next: string,
): CodeEntry => ({ class: refusalClass, title, why, next });

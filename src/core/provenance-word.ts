// SPDX-License-Identifier: Apache-2.0
import type { Publisher } from './publisher.ts';

/**
 * How a release stands beside those before it, in the words that indexes use: no file of it is
 * attested; all are, by one publisher; some are; its files are by different publishers; the release
 * before was attested and this file is not; or it was by somebody else.
 */
export type ProvenanceWord = 'no' | 'full' | 'partial' | 'inconsistent' | 'lost' | 'changed';

/** Who published a file, beside who published the one before it. */
export interface ProvenanceStanding {
  readonly word: ProvenanceWord;
  /** By the certificates of this file's own attestations. */
  readonly publishers: readonly Publisher[];
  /** The release that it was held against; `null`: there was none. */
  readonly before: { readonly version: string; readonly publishers: readonly Publisher[] } | null;
}

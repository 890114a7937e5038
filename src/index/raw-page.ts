// SPDX-License-Identifier: Apache-2.0
import type { UsualEntry } from './usual-entry.ts';

/**
 * One entry as a form's reader hands it over: in the words of the JSON form, untrusted and
 * unchecked, so that one set of rules judges all forms.
 */
export interface RawEntry {
  readonly filename: unknown;
  /** As the page spells it, with its fragment. */
  readonly address: unknown;
  readonly hashes: unknown;
  readonly requiresPython: unknown;
  readonly coreMetadata: unknown;
  readonly gpgSig: unknown;
  readonly yanked: unknown;
  readonly size: unknown;
  readonly uploadTime: unknown;
  readonly provenance: unknown;
  /** Why the entry cannot be read in one way only; `null` where it can. */
  readonly fault: string | null;
}

/** What a page says of itself. */
export interface RawHead {
  /** Every version that the page declares. */
  readonly apiVersions: readonly unknown[];
  readonly status: unknown;
  readonly statusReason: unknown;
  readonly lastSerial: unknown;
}

/** What a form's reader is given. */
export interface PageBytes {
  readonly body: Uint8Array;
  readonly url: string;
}

/** Takes what a form's reader finds, while it reads: a large page is never in memory twice. */
export interface PageListener {
  /** Once, before all entries. */
  onStart(start: {
    /** The project that the page says it is of; `null` where it does not say. */
    readonly name: unknown;
  }): void;
  /** @param base what the entry's relative addresses start from. */
  onEntry(entry: RawEntry, base: string): void;
  onUsual(entry: UsualEntry, base: string): void;
}

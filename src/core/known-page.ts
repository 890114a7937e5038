// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from './artifact.ts';
import type { Reason } from './errors.ts';

/**
 * An index page that was judged, and all of whose files passed: what the judgement went by, without
 * the page. It tells nothing of a page with other bytes, nor of one of whose files the trust store
 * has learnt anything since.
 */
export interface KnownPage {
  readonly index: string;
  /** Normalised. */
  readonly project: string;
  readonly form: string;
  /** sha256 in hex of what the trust store held of its files once it was judged. */
  readonly listings: string;
  /** How many files it lists, whether or not they were read. */
  readonly listed: number;
  /** Versions with a file that was not withdrawn. */
  readonly offered: readonly string[];
  readonly withdrawn: readonly string[];
  /** An address on each host where its files lie. */
  readonly places: readonly string[];
  /** A file of which it says what it says of nearly all. */
  readonly example: Artifact;
  /** The files that are not like nearly all. */
  readonly special: readonly SpecialFile[];
  /** Releases all of whose files are among these. */
  readonly releases: readonly string[];
  /** Under which the answer went out (RFC 9110 8.8.3). */
  readonly tag: string;
}

export interface SpecialFile {
  readonly artifact: Artifact;
  /** What the page let one notice of it. */
  readonly remarks: readonly Reason[];
}

// SPDX-License-Identifier: Apache-2.0
import type { Publisher } from './publisher.ts';

/** Who was proved to have published a file that was accepted; keyed by (index, project, filename). */
export interface RememberedPublishers {
  readonly index: string;
  /** Normalised. */
  readonly project: string;
  readonly version: string;
  readonly filename: string;
  /** Of the bytes that they vouched for. */
  readonly sha256: string;
  /** At least one: a file without is only among the files. */
  readonly publishers: readonly Publisher[];
  /** Milliseconds since 1970. */
  readonly firstSeen: number;
}

/**
 * A person's word that from this release on somebody else publishes the project, or nobody; keyed by
 * (project, version, publisher).
 */
export interface AcceptedChange {
  /** Normalised. */
  readonly project: string;
  /** Normalised: the first release that it is about. */
  readonly version: string;
  /** `null`: it comes without attestations. */
  readonly publisher: Publisher | null;
  readonly reason: string;
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The rows behind what is remembered of publishers. */
export interface PublisherRows {
  /** Ordered by file name, by UTF-16 code units. */
  recallPublishers(index: string, project: string): readonly RememberedPublishers[];
  /** By the bytes: for files that no page led to. */
  recallPublishersOf(project: string, sha256: string): readonly RememberedPublishers[];
  /** The first ones of the same bytes stay; those of other bytes are replaced. */
  rememberPublishers(row: RememberedPublishers): void;
  forgetPublishers(index: string, project: string, filename: string): boolean;
  listPublishers(filter: { readonly project?: string }): readonly RememberedPublishers[];

  /** In place of an earlier word on the same change. */
  acceptChange(change: AcceptedChange): void;
  listChanges(filter: { readonly project?: string }): readonly AcceptedChange[];
  /** @returns how many went. */
  withdrawChanges(project: string, version: string): number;
}

// SPDX-License-Identifier: Apache-2.0

/** What an index page offered when it was last read, for the time when its index is down. */
export interface PageCopy {
  readonly index: string;
  /** Normalised. */
  readonly project: string;
  /** Where it came from, after redirects. */
  readonly url: string;
  /** Its server was known to lie inside (`UpstreamAnswer.inside`). */
  readonly inside: boolean;
  /** Milliseconds since 1970. */
  readonly readAt: number;
  /** In the JSON form (PEP 691), written by ourselves, without what was refused. */
  readonly body: Uint8Array;
}

/**
 * The last page of each (index, project). Kept for convenience alone: what is lost, damaged or
 * cannot be written is as if it had never been kept, and no call throws for it.
 */
export interface PageCopies {
  keep(copy: PageCopy): Promise<void>;
  recall(index: string, project: string): Promise<PageCopy | null>;
  drop(index: string, project: string): Promise<void>;
  /** Takes the oldest away where there are too many. */
  close(): Promise<void>;
}

// SPDX-License-Identifier: Apache-2.0
import type { RawPage } from './evidence.ts';

/** An index page as it came when it was last read, for the time when its index is down. */
export interface PageCopy extends RawPage {
  readonly index: string;
  /** Normalised. */
  readonly project: string;
  /** For whom the index made it, where it was asked for with credentials; empty where it was not. */
  readonly audience: string;
  /** Where it came from, after redirects. */
  readonly url: string;
  /** Its server was known to lie inside (`UpstreamAnswer.inside`). */
  readonly inside: boolean;
  /** Milliseconds since 1970. */
  readonly readAt: number;
}

/** Which page it is a copy of. */
export type PageCopyKey = Pick<PageCopy, 'index' | 'project' | 'audience'>;

/**
 * The last page of each (index, project), for each that it was shown to. Kept for convenience alone: what is lost, damaged or
 * cannot be written is as if it had never been kept, and no call throws for it.
 */
export interface PageCopies {
  keep(copy: PageCopy): Promise<void>;
  recall(key: PageCopyKey): Promise<PageCopy | null>;
  drop(key: PageCopyKey): Promise<void>;
  /** Drops what was kept of a project for anybody. @returns how many there were */
  forget(project: string, isMeant: (index: string) => boolean): Promise<number>;
  /** Takes the oldest away where there are too many. */
  close(): Promise<void>;
}

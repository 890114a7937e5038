// SPDX-License-Identifier: Apache-2.0
import type { Artifact, IndexPage, ListedFile } from './artifact.ts';
import type { HeldBytes, LentBytes } from './bytes.ts';
import type { Reason, Refusal } from './errors.ts';
import type { PageAsk } from './evidence.ts';
import type { Decision } from './verdict.ts';

/** The written result of asking the question of one file: what the report shows. */
export interface Receipt {
  readonly artifact: Artifact;
  /** `null` where the bytes never came. */
  readonly sha256: string | null;
  /** Bytes; `null` where the bytes never came. */
  readonly size: number | null;
  readonly decision: Decision;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `false`: only left out of an index page; nobody asked for the file itself. */
  readonly asked: boolean;
}

export interface FileAsk {
  /** As the installer asked for it, without fragment or credentials. */
  readonly url: string;
  readonly credentials: Readonly<Record<string, string>>;
}

/** A file whose bytes are still coming; all but a withheld tail may go out. */
export interface StreamingFile {
  /** Bytes, as declared by the server. */
  readonly size: number;
  /** How many bytes may go out now; resolves when it is more than `beyond`, or throws the refusal. */
  releasable(beyond: number): Promise<number>;
  /** From what is releasable. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** The same where it lies in memory: at most `length` bytes; `null`: read them. */
  lend(position: number, length: number): LentBytes | null;
  close(): Promise<void>;
}

/** How far a file has come; bytes. */
export interface Transfer {
  readonly received: number;
  /** `null` where the server did not tell. */
  readonly size: number | null;
}

export interface ReleasedFile extends HeldBytes {
  /** As `read`, into a place of the reader's. Absent: it lies in memory. @returns how many bytes. */
  readInto?(position: number, place: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** What a file will be, if it is asked for. */
export interface Foretold {
  readonly artifact: Artifact;
  readonly decision: Decision;
}

export type FileOutcome =
  | { readonly outcome: 'released'; readonly file: ReleasedFile; readonly receipt: Receipt }
  | { readonly outcome: 'streaming'; readonly file: StreamingFile; readonly artifact: Artifact }
  /** The verdict, final for this run. */
  | { readonly outcome: 'refused'; readonly receipt: Receipt }
  /** Upstream has no such file, or wants credentials: the installer sees the status. */
  | {
      readonly outcome: 'not-served';
      readonly status: number;
      readonly challenge: string | null;
    };

/** A page's files after judgement. */
export interface JudgedPage {
  readonly page: IndexPage;
  /** May be offered as they are. */
  readonly offered: readonly ListedFile[];
  /** Refused, but nothing else answers what was asked for: offered without hash at an address that answers the refusal. */
  readonly shown: readonly { readonly file: ListedFile; readonly reason: Reason }[];
  /** To be told under which tag it was written (RFC 9110 8.8.3), where later runs may find it so. */
  readonly written?: (tag: string) => void;
}

export type PageOutcome =
  | { readonly outcome: 'judged'; readonly judged: JudgedPage }
  /** All of it passed, and it is what whoever asks still has (`PageAsk.held`). */
  | { readonly outcome: 'unchanged'; readonly tag: string }
  | { readonly outcome: 'not-found'; readonly status: number }
  | { readonly outcome: 'unauthorised'; readonly status: number; readonly challenge: string | null }
  /** Could not be decided, or is not to be believed: this name is blocked on every index for the run. */
  | { readonly outcome: 'blocked'; readonly refusal: Refusal };

export type SidecarOutcome =
  | { readonly outcome: 'served'; readonly bytes: Uint8Array }
  | { readonly outcome: 'not-found'; readonly status: number }
  | { readonly outcome: 'refused'; readonly reason: Reason };

/** What the gateway asks; every answer is final for the run. Never throws: what goes wrong is an outcome. */
export interface Verification {
  page(ask: PageAsk): Promise<PageOutcome>;
  file(ask: FileAsk): Promise<FileOutcome>;
  /** `<file>.metadata` (PEP 658); `url` is the sidecar's. */
  sidecar(ask: FileAsk): Promise<SidecarOutcome>;
}

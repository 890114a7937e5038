// SPDX-License-Identifier: Apache-2.0
import type { Hashes } from './artifact.ts';
import type { HeldBytes, LentBytes } from './bytes.ts';

/** A file on its way in: not visible to anyone until {@link BlobDraft.publish}. */
export interface BlobDraft {
  readonly written: number;
  /**
   * How many bytes are to come, as soon as that is known.
   * @throws Refusal `WP-STATE-DISK` where the disk has no room for them.
   */
  expect(bytes: number): Promise<void>;
  /**
   * Takes the chunk over: nobody may change it afterwards.
   * @param free called when the draft needs it no more, so that it may be filled anew; perhaps never.
   */
  write(chunk: Uint8Array, free?: () => void): Promise<void>;
  /** Bytes written so far can be read back while more come. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** At most `length` bytes from `position` on, if they lie in memory; `null`: {@link read} them. */
  lend(position: number, length: number): LentBytes | null;
  /**
   * All that was written so far, where it lies in memory in one piece: it stays as it is, whatever
   * becomes of the draft, unless more is written.
   */
  whole(): Uint8Array | null;
  /** Of all that was written so far, in the algorithms asked for at the start; unknown ones are left out. */
  digests(): Hashes & { readonly sha256: string };
  /**
   * Makes the bytes visible under their sha256, whole or not at all (written aside, then renamed).
   * After a power cut they may be gone: {@link BlobStore.open} then finds none.
   * @throws Refusal `WP-STATE-DISK`; `WP-STATE-DAMAGED` where what was written is not `sha256`.
   */
  publish(sha256: string): Promise<void>;
  /** Moves the bytes out of everybody's way, kept for a look (bounded by QUARANTINE_LIMIT_BYTES). */
  quarantine(why: string): Promise<void>;
  discard(): Promise<void>;
}

export interface OpenBlob extends HeldBytes {
  /** As `read`, into a place of the reader's. Absent: it lies in memory. @returns how many bytes. */
  readInto?(position: number, place: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** Verified bytes by their sha256: what is read back is what was put in, or nothing. */
export interface BlobStore {
  /** `algorithms` are digests wanted beside sha256. What was published by a draft need not be hashed again on `open`. */
  draft(algorithms?: readonly string[]): Promise<BlobDraft>;
  /**
   * The blob, its content checked against its address on this very call; `null` when it is not there
   * or was damaged (a damaged one is moved to quarantine, so that it is fetched anew).
   * `algorithms` are digests wanted beside sha256.
   */
  open(sha256: string, algorithms?: readonly string[]): Promise<OpenBlob | null>;
  has(sha256: string): Promise<boolean>;
}

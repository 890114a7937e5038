// SPDX-License-Identifier: Apache-2.0
/** A verified wheel as an installer unpacked it into its private cache, kept for later runs. */
export interface KeptWheel {
  readonly index: string;
  /** Normalised. */
  readonly project: string;
  readonly filename: string;
  /** Where its bytes were asked for. */
  readonly url: string;
  /** Of the wheel that was verified. */
  readonly sha256: string;
  /** Where the installer looks for what it knows of this wheel, below its cache. */
  readonly pointer: string;
  readonly pointerSha256: string;
  /** Where it looks for what the wheel holds, below its cache. */
  readonly tree: string;
  /** {@link TreeLook.stamp} of when it was last known to be what the wheel holds. */
  readonly stamp: string;
  /** {@link TreeLook.entries} */
  readonly entries: number;
  /** Its folder among what is kept. */
  readonly folder: string;
}

/**
 * What is kept of each project. What cannot be read, or was changed, counts as nothing kept.
 */
export interface KeptWheelList {
  recall(project: string): Promise<readonly KeptWheel[]>;
  keep(project: string, wheels: readonly KeptWheel[]): Promise<void>;
  close(): Promise<void>;
}

/** What the file system says of a tree, without reading its files. */
export interface TreeLook {
  /**
   * Over each entry's place, kind, inode, size and times: the kernel's own clock is among them,
   * which nobody can set, so that it differs after every change.
   */
  readonly stamp: string;
  /** Which files it holds, and how large they are: a digest of that. */
  readonly contents: string;
  /** When anything below it was last changed, by the kernel's clock; milliseconds since 1970. */
  readonly changedAt: number;
  /** Files and folders. */
  readonly entries: number;
}

export interface TreeLooks {
  /**
   * `null`: there is no such tree, or it holds other things than folders and files.
   * @param entries about as many as it holds, where that is known.
   */
  look(path: string, entries?: number): Promise<TreeLook | null>;
  close(): Promise<void>;
}

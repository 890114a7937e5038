// SPDX-License-Identifier: Apache-2.0

/** Holds one Ed25519 key and signs with it: a key file, an agent, a token. */
export interface Signer {
  /** The raw public key, 64 hexadecimal digits. */
  readonly publicKey: string;
  /** @throws Refusal `WP-TUF-KEY` where whoever holds the key does not sign. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * A flat folder whose files appear whole or not at all. A file is first staged, where no reader of
 * the folder sees it, then committed.
 */
export interface StagedFolder {
  /** Every name, staged ones with {@link STAGED} behind them. */
  list(): Promise<readonly string[]>;
  /** `null` where there is no such file. */
  read(name: string): Promise<Uint8Array | null>;
  /** Writes the bytes under `name` + {@link STAGED} and waits until the disk has them. */
  stage(files: readonly NamedBytes[]): Promise<void>;
  /** Gives staged files their names, in this order, each atomically. */
  commit(names: readonly string[]): Promise<void>;
  /** Waits until the disk has every name of the folder. */
  sync(): Promise<void>;
  remove(name: string): Promise<void>;
  /** When the file was last written, milliseconds since 1970; `null` where there is none. */
  changedAt(name: string): Promise<number | null>;
}

/** What a staged file has behind its name. */
export const STAGED = '.new';

/** What a client of a repository trusts, by role. */
export interface TufMemory {
  /** `null` where nothing is kept. */
  load(role: string): Promise<Uint8Array | null>;
  /** All or nothing, and never an older version over a newer one. */
  save(role: string, bytes: Uint8Array): Promise<void>;
  remove(role: string): Promise<void>;
}

/** What a policy pins of an index: under whose signatures its pages and files count. */
export interface TufPin {
  /** sha256 of the root to begin with, in lower-case hex. */
  readonly sha256: string;
  /** That root itself in base64; `null`: it is fetched, and must have this digest. */
  readonly root: string | null;
  /** Where `metadata/` and `targets/` lie: ends in a slash. */
  readonly repository: string;
}

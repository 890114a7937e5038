// SPDX-License-Identifier: Apache-2.0
import type { Code } from './codes.ts';

/** Lower-case algorithm name (`sha256`, `md5`, `blake2b_256`, …) to lower-case hex. */
export type Hashes = Readonly<Record<string, string>>;

export type ArtifactKind = 'wheel' | 'sdist' | 'archive';

/** One file as an index page lists it, after the strict reading of that entry (Simple API 1.4). */
export interface ListedFile {
  readonly filename: string;
  /** Absolute, without fragment and without user name or password. */
  readonly url: string;
  /** Holds a well-formed `sha256` unless the policy lets weak hashes through. */
  readonly hashes: Hashes;
  readonly requiresPython: string | null;
  /** `false`: no sidecar; `{}`: a sidecar without hash (PEP 658/714). */
  readonly coreMetadata: false | Hashes;
  readonly gpgSig: boolean | null;
  /** `false`, or the reason (may be empty). */
  readonly yanked: false | string;
  /** Bytes. */
  readonly size: number | null;
  readonly uploadTime: string | null;
  readonly provenance: string | null;
}

/** An entry of a page that was refused on reading, with enough kept to name it. */
export interface RefusedEntry {
  /** As the page spells it; hostile text, escape before showing. */
  readonly filename: string;
  readonly url: string;
  readonly code: Code;
  readonly message: string;
  /** The entry as far as it could be read, where a policy exception may still admit it. */
  readonly file: ListedFile | null;
}

/** One index page: the one model behind the HTML and the JSON form. */
export interface IndexPage {
  /** Normalised name (PEP 503), or `null` for a flat page of links. */
  readonly project: string | null;
  readonly apiVersion: string;
  readonly status: ProjectStatus;
  readonly statusReason: string | null;
  readonly files: readonly ListedFile[];
  readonly refused: readonly RefusedEntry[];
  readonly lastSerial: number | null;
  /** Wheels that were not read, since whoever asks can do nothing with them; absent: all were. */
  readonly skipped?: readonly SkippedEntry[];
}

/** An entry that was not read: what memory needs of it, unproven. */
export interface SkippedEntry {
  readonly filename: string;
  /** `null` where it states none that is well-formed. */
  readonly sha256: string | null;
  /** `null` where that cannot be read. */
  readonly yanked: boolean | null;
  readonly uploadTime: string | null;
}

/** PEP 792. */
export type ProjectStatus = 'active' | 'archived' | 'quarantined' | 'deprecated';

/** The file that the question is asked of: who vouches for these bytes? */
export interface Artifact {
  /**
   * Which index it comes from: the project page's address without its last segment, or the flat
   * page's address, or `direct:<origin>` where no page led to it (with the file's folder where its
   * name tells no release). Never holds credentials.
   */
  readonly index: string;
  /** Normalised (PEP 503); of a direct archive without a readable name, its file name. */
  readonly project: string;
  /** Normalised (PEP 440); empty where the file name does not tell. */
  readonly version: string;
  readonly filename: string;
  readonly kind: ArtifactKind;
  /** Where its bytes are asked for: absolute, without fragment or credentials. */
  readonly url: string;
  /** The page that listed it, where it really came from (after redirects); absent without one. */
  readonly listedBy?: string;
  /** What the page said of it, or `null` where no page led to it. */
  readonly listed: ListedFile | null;
}

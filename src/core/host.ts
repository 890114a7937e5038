// SPDX-License-Identifier: Apache-2.0
import type { InstallTarget } from './installer.ts';
import type { RecordLine } from './record-lines.ts';

/** One installed distribution as found on disk. */
export interface FoundDistribution {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  /** The `.dist-info` folder, absolute. */
  readonly distInfo: string;
  /** Changes when the distribution is written anew. */
  readonly fingerprint: string;
  /** Parsed `direct_url.json` (PEP 610), or `null`. */
  readonly directUrl: DirectUrl | null;
  readonly installer: string | null;
}

export interface DirectUrl {
  readonly url: string;
  readonly kind: 'archive' | 'vcs' | 'directory';
  readonly editable: boolean;
  /** Of version control: the commit that was taken, and what was asked for where that was told. */
  readonly commit?: string | null;
  readonly revision?: string | null;
}

/** What a verified wheel puts into an environment. */
export interface WheelFiles {
  /** Its `.dist-info` folder, without slash. */
  readonly distInfo: string;
  readonly members: readonly WheelMember[];
  /** The programs that installers make from its entry points. */
  readonly commands: ReadonlySet<string>;
  /** A member's contents. @throws Refusal where the wheel cannot give them. */
  read(path: string): Promise<Uint8Array>;
}

export interface WheelMember {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** As the wheel's own RECORD states it; `null` where it does not. */
  readonly sha256: string | null;
}

/** Looks at the files of installed distributions; changes nothing. */
export interface InstalledFiles {
  /** The lines of a distribution's RECORD; `null` where it has none. */
  record(found: FoundDistribution): Promise<readonly RecordLine[] | null>;
  /** `null` where there is no regular file; a file of another size than `size` is not read. */
  digest(path: string, size: number | null): Promise<FileDigest | null>;
  /** As `digest` of each, in this order: what thousands of files are asked by. */
  digestEach(wanted: readonly WantedDigest[]): Promise<readonly (FileDigest | null)[]>;
  /** What is in a folder, in the order of names; nothing where it cannot be listed. */
  list(folder: string): Promise<readonly FolderEntry[]>;
  /** At most so many bytes; `null` where there is no regular file. */
  read(path: string, maxBytes: number): Promise<Uint8Array | null>;
  /** The first bytes of a file of any length; `null` where there is no regular file. */
  head(path: string, bytes: number): Promise<Uint8Array | null>;
  /** `null` where there is nothing. */
  stat(path: string): Promise<FileFacts | null>;
}

export interface FolderEntry {
  readonly name: string;
  /** A regular file, and no link to one: nothing lies below it. */
  readonly isFile: boolean;
}

export interface FileFacts {
  readonly size: number;
  /** Milliseconds since 1970; whoever owns a file can set it. */
  readonly modifiedAt: number;
  /** As above, of the entry itself and by the kernel's own clock: when it was laid there or changed. */
  readonly changedAt: number;
}

export interface WantedDigest {
  readonly path: string;
  /** A file of another size is not read; `null`: of any. */
  readonly size: number | null;
}

export interface FileDigest {
  readonly size: number;
  /** `null` where it was not read for its size, or could not be. */
  readonly sha256: string | null;
}

/** The names in one folder of distributions. */
export interface SiteListing {
  readonly site: string;
  readonly kind: InstallTarget['kind'];
  readonly names: readonly string[];
}

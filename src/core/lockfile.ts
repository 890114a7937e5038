// SPDX-License-Identifier: Apache-2.0
import type { Hashes } from './artifact.ts';
import type { Pin, Wish } from './installer.ts';
import type { Environment } from './machine.ts';

/** An option that a requirement file gives its installer. */
export interface StatedOption {
  /** Long form, `--index-url`; short forms and abbreviations are spelled out. */
  readonly name: string;
  /** `null` for a switch. */
  readonly value: string | null;
  /** `requirements.txt:12` */
  readonly where: string;
}

/** A requirement that names an address, or a place on this machine, instead of a release. */
export interface StatedUrl {
  /** May hold credentials and a fragment; for a place on this machine, the path as written. */
  readonly url: string;
  readonly kind: 'remote' | 'vcs' | 'local';
  /** It bounds what is installed, and asks for nothing itself. */
  readonly constraint?: true;
  readonly where: string;
}

/** One file of a release, as a lock file states it. */
export interface LockedFile {
  readonly filename: string;
  /** Absolute, without credentials; `null` where none is stated. */
  readonly url: string | null;
  /** At least one; every one of them must match. */
  readonly hashes: Hashes;
  readonly size: number | null;
  /** ISO 8601. */
  readonly uploadTime: string | null;
  /** `uv.lock:120` */
  readonly where: string;
}

/** One release that a requirement or lock file names. */
export interface LockedPackage {
  /** Normalised. */
  readonly name: string;
  /** Normalised; `null` where the file leaves a choice. */
  readonly version: string | null;
  /** Stated of the release and not of a file: each the hash of one file that would do. */
  readonly hashes: readonly Hashes[];
  readonly files: readonly LockedFile[];
  /** PEP 508; `null`: it always holds. */
  readonly marker: string | null;
  readonly requiresPython: string | null;
  /** The index it comes from, without credentials; `null` where none is stated. */
  readonly index: string | null;
  /** Where it comes from instead of an index. */
  readonly place: Pick<StatedUrl, 'url' | 'kind'> | null;
  /** Groups and extras that it is for, as its file names them; empty: for all, or nobody says. */
  readonly groups: readonly string[];
  /** Who attested it when it was locked (PEP 751): tables as stated. */
  readonly identities: readonly Readonly<Record<string, string>>[];
  readonly where: string;
}

/** What a lock file says of itself as a whole (PEP 751). */
export interface LockScope {
  /** PEP 440; `null` where nothing is said. */
  readonly requiresPython: string | null;
  /** PEP 508: one of them must hold; empty: no environment is left out. */
  readonly environments: readonly string[];
  /** Groups that are installed where nobody names one. */
  readonly defaultGroups: readonly string[];
}

/** What requirement and lock files say, nested files included. */
export interface PinReading {
  readonly wishes: readonly Wish[];
  readonly pins: readonly Pin[];
  readonly options: readonly StatedOption[];
  readonly urls: readonly StatedUrl[];
  /** What is to be installed, release by release; constraints are not among them. */
  readonly packages: readonly LockedPackage[];
  /** Only of formats that say it. */
  readonly scope?: LockScope;
}

export interface FileAskedFor {
  /** As the user wrote it, relative to `directory`. */
  readonly path: string;
  readonly directory: string;
  /** For `${NAME}` in requirement files. */
  readonly environment: Environment;
  /** It wishes for nothing new, but bounds what is wished for; its pins count all the same. */
  readonly constraint: boolean;
  /** Who named it: a variable, a configuration file; the command line where absent. */
  readonly where?: string;
  /** What it is for whoever reads it, where its name does not tell (`pdm.lock`, `Pipfile.lock`). */
  readonly format?: string;
}

/** Reads what the user already pinned. */
export interface PinReader {
  /** @throws Refusal `WP-LOCKFILE-INVALID`, `WP-LOCK-NO-HASH`, `WP-NAME-LOOKALIKE`, `WP-BYPASS-CONFIG` */
  readFile(asked: FileAskedFor): Promise<PinReading>;
  /** One requirement as it stands on a command line. @throws Refusal as {@link readFile} */
  readWord(text: string, where: string): PinReading;
  /** The format that a file's name alone tells; `null`: by its name it is none. */
  formatOf(filename: string): string | null;
}

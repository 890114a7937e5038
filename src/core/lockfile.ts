// SPDX-License-Identifier: Apache-2.0
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
  readonly where: string;
}

/** What requirement and lock files say, nested files included. */
export interface PinReading {
  readonly wishes: readonly Wish[];
  readonly pins: readonly Pin[];
  readonly options: readonly StatedOption[];
  readonly urls: readonly StatedUrl[];
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
}

/** Reads what the user already pinned. */
export interface PinReader {
  /** @throws Refusal `WP-LOCKFILE-INVALID`, `WP-NAME-LOOKALIKE`, `WP-BYPASS-CONFIG` */
  readFile(asked: FileAskedFor): Promise<PinReading>;
  /** One requirement as it stands on a command line. @throws Refusal as {@link readFile} */
  readWord(text: string, where: string): PinReading;
}

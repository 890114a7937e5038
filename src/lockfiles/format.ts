// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { FileAskedFor, LockedPackage, PinReading } from '../core/lockfile.ts';

/** A file's text; `null` where there is none. @throws Refusal `WP-LOCKFILE-INVALID` */
export type ReadText = (path: string) => Promise<string | null>;

/** One format of requirement or lock file: one file in this room, one line in `index.ts`. */
export interface LockFormat {
  readonly name: string;
  /** By the file's name alone, without folders. */
  recognises(filename: string): boolean;
  /** @throws Refusal `WP-LOCKFILE-INVALID`, `WP-LOCK-NO-HASH`, `WP-NAME-LOOKALIKE`, `WP-BYPASS-CONFIG` */
  read(asked: FileAskedFor, readText: ReadText): Promise<PinReading>;
  /** The file's text anew, where it says no more than which releases and bytes are meant. */
  write?(packages: readonly LockedPackage[]): string;
}

export function invalid(where: string, what: string, cause?: unknown): Refusal {
  return new Refusal('WP-LOCKFILE-INVALID', { message: `${where}: ${what}`, cause });
}

/** A lock that has lost its hashes pins nothing. */
export function withoutHash(where: string, why: string): Refusal {
  return new Refusal('WP-LOCK-NO-HASH', {
    message: `${where}: expected at least one hash, found none (${why})`,
  });
}

/** @throws Refusal `WP-LOCKFILE-INVALID` where there is no such file, or none that can be read */
export async function textOf({ directory, path }: FileAskedFor, read: ReadText): Promise<string> {
  const text = await read(resolve(directory, path));
  if (text === null) {
    throw new Refusal('WP-LOCKFILE-INVALID', {
      message: `${path}: there is no such file`,
      hint: 'Check the path given.',
    });
  }
  return text;
}

/** A reading that is still being put together. */
export type GrowingReading = {
  readonly [Part in Exclude<keyof PinReading, 'scope'>]: PinReading[Part][number][];
};

export function emptyReading(): GrowingReading {
  return { wishes: [], pins: [], options: [], urls: [], packages: [] };
}

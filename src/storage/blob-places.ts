// SPDX-License-Identifier: Apache-2.0
import { statSync } from 'node:fs';
import { join } from 'node:path';

const ADDRESS = /^[0-9a-f]{64}$/u;
/** A folder with no other in it has two names: its own, and `.` in it. */
const NAMES_OF_FLAT_FOLDER = 2;

export function isAddress(name: string): boolean {
  return ADDRESS.test(name);
}

/** Whether an entry beside the blobs is a folder of the older layout: by the first two digits. */
export function isOlderFolder(name: string): boolean {
  return /^[0-9a-f]{2}$/u.test(name);
}

/**
 * Where blobs lie: all in one folder, by their sha256. A folder for each first byte, as older
 * versions made them, cost more to make than the file in it; what lies in them is found there.
 */
export class BlobPlaces {
  readonly #folder: string;
  readonly #mayBeOlder: boolean;

  constructor(folder: string) {
    this.#folder = folder;
    this.#mayBeOlder = statSync(folder).nlink !== NAMES_OF_FLAT_FOLDER;
  }

  /** Where it is put. */
  pathOf(sha256: string): string {
    return join(this.#folder, sha256);
  }

  /** Where it may lie; nowhere, if that is no address. */
  pathsOf(sha256: string): readonly string[] {
    if (!isAddress(sha256)) return [];
    const path = this.pathOf(sha256);
    return this.#mayBeOlder ? [path, join(this.#folder, sha256.slice(0, 2), sha256)] : [path];
  }
}

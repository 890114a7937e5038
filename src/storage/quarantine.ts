// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { lstat, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { KIB } from '../core/limits.ts';
import { safeText } from '../core/safe-text.ts';
import { removeFile, type BlobIo } from './blob-io.ts';
import { errorCode } from './disk-refusal.ts';

export interface QuarantineParts {
  readonly directory: string;
  readonly limitBytes: number;
  readonly clock: Clock;
  readonly io: BlobIo;
}

/** A file counts at least this much, so that notes are bounded too. */
const LEAST_BYTES = 4 * KIB;

/** Bytes that were refused or damaged, out of everybody's way and kept for a look. */
export class Quarantine {
  readonly #parts: QuarantineParts;

  constructor(parts: QuarantineParts) {
    this.#parts = parts;
  }

  /**
   * Moves a file here beside a note that says why. The oldest go when the bound is passed; a file
   * larger than the whole bound is not kept, only its note.
   */
  async take(path: string, why: string): Promise<void> {
    const { directory, limitBytes, clock, io } = this.#parts;
    const { size } = await lstat(path);
    const keeps = size + LEAST_BYTES <= limitBytes;
    const stamp = String(clock.now()).padStart(15, '0');
    const name = join(directory, `${stamp}-${randomBytes(8).toString('hex')}`);
    const fate = keeps ? `${size} bytes` : `${size} bytes, not kept: more than ${limitBytes}`;
    await this.#makeRoom(keeps ? size + LEAST_BYTES : LEAST_BYTES);
    const note = await open(`${name}.txt`, 'wx', 0o600);
    try {
      await note.writeFile(`${safeText(why, 2000)}\n${fate}\n`);
    } finally {
      await note.close();
    }
    if (keeps) await io.rename(path, `${name}.bin`);
    else await removeFile(path);
  }

  /** Oldest first: names begin with the time. */
  async #makeRoom(wanted: number): Promise<void> {
    const { directory, limitBytes } = this.#parts;
    const names = (await readdir(directory)).sort();
    const sizes = await Promise.all(names.map((name) => sizeOf(join(directory, name))));
    let total = sizes.reduce((sum, size) => sum + size, wanted);
    for (const [place, name] of names.entries()) {
      if (total <= limitBytes) return;
      await rm(join(directory, name), { recursive: true, force: true });
      total -= sizes[place] ?? 0;
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return Math.max(LEAST_BYTES, (await lstat(path)).size);
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return 0; // another run has just removed it
    throw thrown;
  }
}

// SPDX-License-Identifier: Apache-2.0
import { createHash, hash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { FileDigest, WantedDigest } from '../core/host.ts';
import { KIB, MIB } from '../core/limits.ts';
import { openRegular } from './bounded-file.ts';

/** Up to here a file is read and hashed at once: thousands of small ones are what an environment is made of. */
const SMALL_BYTES = 1 * MIB;

/** After so much, whoever reads in turns lets others have one. */
const TURN_BYTES = 16 * MIB;
/** Opening a file takes as long as hashing so much. */
const OPEN_COST_BYTES = 32 * KIB;

/** It lies there, and what it holds cannot be told: never as if it were gone. */
const UNREADABLE: FileDigest = { size: 0, sha256: null };

/** What files are read into, piece by piece. */
let place: Buffer | null = null;

/** A regular file's digest; `null` where there is none, and none of it where it cannot be read. */
export function digestNow(wanted: WantedDigest): FileDigest | null {
  const steps = digestSteps(wanted);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * As {@link digestNow} of each, other work in between where there is much. Without a promise for
 * each of thousands of files, it takes a third of the time.
 */
export async function digestInTurns(
  wanted: readonly WantedDigest[],
): Promise<readonly (FileDigest | null)[]> {
  const digests: (FileDigest | null)[] = [];
  let sinceTurn = 0;
  for (const one of wanted) {
    const steps = digestSteps(one);
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) await setImmediate();
    digests.push(step.value);
    sinceTurn += costOf({ size: step.value?.size ?? null });
    if (sinceTurn < TURN_BYTES) continue;
    sinceTurn = 0;
    await setImmediate();
  }
  return digests;
}

/** In bytes hashed: what it takes to digest a file, as far as its size is known. */
export function costOf({ size }: Pick<WantedDigest, 'size'>): number {
  return OPEN_COST_BYTES + (size ?? 0);
}

/** Steps of at most {@link TURN_BYTES}. */
function* digestSteps({ path, size }: WantedDigest): Generator<void, FileDigest | null> {
  const opened = openRegular(path);
  if (opened === null) return null;
  if (opened === 'unreadable') return UNREADABLE;
  const { file, size: found } = opened;
  try {
    if (size !== null && found !== size) return { size: found, sha256: null };
    const room = (place ??= Buffer.allocUnsafeSlow(SMALL_BYTES + 1));
    if (found <= SMALL_BYTES) {
      // One more than there is to be: where it comes, or less, somebody writes the file just now.
      const count = readSync(file, room, 0, found + 1, 0);
      const sha256 = hash('sha256', room.subarray(0, count), 'hex');
      if (count === found) return { size: count, sha256 };
    }
    const sha256 = createHash('sha256');
    let [filled, turnAt] = [0, TURN_BYTES];
    for (;;) {
      const count = readSync(file, room, 0, room.length, filled);
      if (count === 0) return { size: filled, sha256: sha256.digest('hex') };
      filled += count;
      // It grows while we read: its end need not be waited for.
      if (size !== null && filled > size) return { size: filled, sha256: null };
      sha256.update(room.subarray(0, count));
      if (filled < turnAt) continue;
      turnAt = filled + TURN_BYTES;
      yield;
    }
  } catch {
    return UNREADABLE;
  } finally {
    closeSync(file);
  }
}

// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { GIB, LEAST_FREE_BYTES, MIB } from '../core/limits.ts';

/** What a file system has, in bytes. */
export interface Space {
  readonly free: number;
  readonly total: number;
}

/**
 * Room for `wanted` more bytes, and beside it what is kept free: a twentieth of the disk, at most
 * LEAST_FREE_BYTES. A disk that new files filled to the brim could not record a verdict any more.
 *
 * @throws Refusal `WP-STATE-DISK` with the place and what has to be freed.
 */
export function requireSpace(directory: string, { free, total }: Space, wanted: number): void {
  const reserve = Math.min(LEAST_FREE_BYTES, Math.floor(total / 20));
  const missing = wanted + reserve - free;
  if (missing <= 0) return;
  const need = wanted === 0 ? '' : `${inWords(wanted)} needed, `;
  throw new Refusal('WP-STATE-DISK', {
    message:
      `${directory}: ${need}${inWords(free)} free, of which ${inWords(reserve)} are kept free ` +
      "for the store's own records",
    hint:
      `Free ${inWords(missing)} or more on the disk that holds ${directory} (\`wheelproof cache gc\` helps), ` +
      'or name a larger one by XDG_DATA_HOME; then run the same command again.',
  });
}

function inWords(bytes: number): string {
  if (bytes >= GIB) return `${(bytes / GIB).toFixed(1)} GiB`;
  return `${(Math.ceil((bytes / MIB) * 10) / 10).toFixed(1)} MiB`;
}

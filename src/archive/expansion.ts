// SPDX-License-Identifier: Apache-2.0
import { FREE_EXPANSION_BYTES, MAX_EXPANDED_BYTES, MAX_EXPANSION_RATIO } from '../core/limits.ts';
import { tooLarge } from './refuse.ts';

/** Refuses an archive of `size` bytes that expands, so far or as declared, to too much. */
export function boundExpansion(filename: string, size: number, expanded: number): void {
  if (expanded > MAX_EXPANDED_BYTES) {
    throw tooLarge(filename, `expands to more than ${MAX_EXPANDED_BYTES} bytes`);
  }
  if (expanded > FREE_EXPANSION_BYTES && expanded > size * MAX_EXPANSION_RATIO) {
    throw tooLarge(
      filename,
      `its ${size} bytes expand to ${expanded} or more; at most ${MAX_EXPANSION_RATIO} times as many are allowed`,
    );
  }
}

// SPDX-License-Identifier: Apache-2.0

const UNITS = ['TiB', 'GiB', 'MiB', 'KiB'] as const;

/** A size as policies write it (`10GiB`): the largest unit that it is a whole number of. */
export function formatSize(bytes: number): string {
  const at = UNITS.findIndex((_, index) => bytes > 0 && bytes % 1024 ** (4 - index) === 0);
  const unit = UNITS[at];
  return unit === undefined ? `${bytes}B` : `${bytes / 1024 ** (4 - at)}${unit}`;
}

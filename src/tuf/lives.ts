// SPDX-License-Identifier: Apache-2.0

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How long what is signed today may be used, in milliseconds. */
export interface Lives {
  /** Root, targets, bins. */
  readonly offline: number;
  readonly bin: number;
  readonly snapshot: number;
  readonly timestamp: number;
}

/** `server` signs around the clock; `laptop` and `airgap` are published now and then. */
export const PROFILES = {
  server: { offline: 365 * DAY, bin: 7 * DAY, snapshot: DAY, timestamp: DAY },
  laptop: { offline: 365 * DAY, bin: 14 * DAY, snapshot: 7 * DAY, timestamp: 7 * DAY },
  airgap: { offline: 365 * DAY, bin: 60 * DAY, snapshot: 30 * DAY, timestamp: 30 * DAY },
} as const satisfies Record<string, Lives>;

export type Profile = keyof typeof PROFILES;

/** Before an offline signature expires, its holders are told this often. */
export const WARN_BEFORE = [90 * DAY, 30 * DAY, 7 * DAY] as const;

/** Signed anew in the second half of its life. */
export function isDue(expires: number, life: number, now: number): boolean {
  return expires - now <= life / 2;
}

// SPDX-License-Identifier: Apache-2.0

export interface Clock {
  /** Wall-clock milliseconds since 1970 (UTC). */
  now(): number;
}

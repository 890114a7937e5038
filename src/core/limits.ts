// SPDX-License-Identifier: Apache-2.0

/** Every bound in one place. Bytes, milliseconds and counts as the names say. */
export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

/** Files up to this size are held whole until their verdict; larger ones stream with their tail withheld. */
export const HOLD_LIMIT_BYTES = 32 * MIB;
/** What stays back of a streaming file until its verdict. */
export const WITHHELD_TAIL_BYTES = 64 * KIB;
export const MAX_FILE_BYTES = 10 * GIB;
export const MAX_PAGE_BYTES = 64 * MIB;
export const MAX_SIDECAR_BYTES = 4 * MIB;
export const MAX_PAGE_ENTRIES = 200_000;
export const MAX_JSON_DEPTH = 32;
export const MAX_FILENAME_CHARACTERS = 255;
export const MAX_URL_CHARACTERS = 8 * KIB;

export const MAX_REDIRECTS = 10;
export const CONNECT_TIMEOUT_MS = 10_000;
/** From the request to the answer's headers. */
export const HEADERS_TIMEOUT_MS = 30_000;
/** No byte for this long ends a body. */
export const STALL_TIMEOUT_MS = 30_000;
export const MAX_TRIES = 3;
/** Waits before the second and the third try. */
export const RETRY_WAITS_MS: readonly number[] = [250, 1_000];

export const MAX_REQUIREMENT_FILE_BYTES = 16 * MIB;
export const MAX_REQUIREMENT_FILE_DEPTH = 16;
export const MAX_POLICY_BYTES = 1 * MIB;
export const QUARANTINE_LIMIT_BYTES = 256 * MIB;

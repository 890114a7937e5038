// SPDX-License-Identifier: Apache-2.0

/** Bounds of a TUF client (TUF specification, section 5): what passes one is E-LIMIT. */
export const MAX_ROOT_BYTES = 512_000;
export const MAX_TIMESTAMP_BYTES = 16_384;
/** Where the timestamp states no length. */
export const MAX_SNAPSHOT_BYTES = 2_000_000;
/** Where the snapshot states no length. */
export const MAX_TARGETS_BYTES = 5_000_000;
/** No stated length may ask for more. */
export const MAX_STATED_BYTES = 64_000_000;
/** Root versions that one refresh walks at most. */
export const MAX_ROOT_ROTATIONS = 256;
/** Roles that are asked for one target at most. */
export const MAX_DELEGATIONS = 32;
/** TAP 15: 2^bit_length bins. */
export const MAX_BIT_LENGTH = 32;
/** Signatures on one document, keys of one role. */
export const MAX_SIGNATURES = 1_000;
/**
 * Values in one document: each costs dozens of bytes once it is read, and the longest document that
 * anybody writes, of MAX_STATED_BYTES, holds four in 170 bytes.
 */
export const MAX_VALUES = 2_000_000;

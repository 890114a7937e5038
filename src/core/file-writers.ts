// SPDX-License-Identifier: Apache-2.0

/** What decides who can write a file, as `stat` has it. */
export interface FileOwnership {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Whether anybody but the owner can write. A group with its owner's own number is the owner's alone:
 * so distributions make their users, whose files are writable by that group.
 */
export function isWritableByOthers({ mode, uid, gid }: FileOwnership): boolean {
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== uid);
}

// SPDX-License-Identifier: Apache-2.0
import { statfsSync } from 'node:fs';

/**
 * File systems of Linux that set a file's time of change (`ctime`) for every way of writing it.
 * tmpfs does not: what is written through a shared mapping that was read before leaves no trace
 * (it asks for no fault on the first write). Nor can it be told of what lies below an overlay, of
 * a server's, or of a program's own file system. Numbers: statfs(2).
 */
const HONEST: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0xf2f52010, // F2FS
  0x2fc12fc1, // ZFS
]);

/** Whether a change of any file there shows in its `ctime`. */
export function tellsEachChange(path: string): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return HONEST.has(statfsSync(path).type >>> 0);
  } catch {
    return false; // not to be told
  }
}

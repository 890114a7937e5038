// SPDX-License-Identifier: Apache-2.0
import { lstat } from 'node:fs/promises';
import { Refusal } from '../core/errors.ts';
import type { LocalFiles } from '../core/signer-rule.ts';
import { readBounded } from './bounded-file.ts';

/** Files on this machine's disk. What is there and cannot be read is not absent. */
export const localFiles: LocalFiles = {
  async read(path, maxBytes) {
    const found = await readBounded(path, maxBytes);
    if (found !== null) return found.whole ? found.bytes : 'too long';
    if (await isAbsent(path)) return null;
    throw new Refusal('WP-STATE-PERMISSIONS', {
      message: `${path}: expected a regular file that you may read, found something else`,
      hint: 'The policy looks there for a signature: check what lies at that path.',
    });
  },
};

async function isAbsent(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return false;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    return code === 'ENOENT' || code === 'ENOTDIR';
  }
}

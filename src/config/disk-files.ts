// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Refusal } from '../core/errors.ts';
import { isWritableByOthers } from '../core/file-writers.ts';
import { MAX_POLICY_BYTES } from '../core/limits.ts';
import type { FoundPolicyFile, PolicyFiles } from '../core/policy-files.ts';

/** Policy files on this machine's disk. */
export const diskFiles: PolicyFiles = {
  async read(path) {
    const file = await openIfThere(path);
    if (file === null) return null;
    try {
      return await readWhole(file, path);
    } finally {
      await file.close();
    }
  },
};

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    // A pipe laid in the way must not keep us waiting.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw unreadable(path, 'a readable file', String(code ?? cause), cause);
  }
}

async function readWhole(file: FileHandle, path: string): Promise<FoundPolicyFile> {
  const stat = await file.stat();
  if (!stat.isFile()) throw unreadable(path, 'a regular file', 'something else');
  if (stat.size > MAX_POLICY_BYTES) {
    throw unreadable(path, `at most ${MAX_POLICY_BYTES} bytes`, `${stat.size}`);
  }
  const own = process.getuid?.() ?? stat.uid;
  return {
    bytes: await file.readFile(),
    foreign: stat.uid !== own && stat.uid !== 0,
    writableByOthers: isWritableByOthers(stat),
  };
}

function unreadable(path: string, expected: string, found: string, cause?: unknown): Refusal {
  return new Refusal('WP-POLICY-INVALID', {
    message: `${path}: expected ${expected}, found ${found}`,
    hint: 'Check what lies at that path, and that you may read it.',
    cause,
  });
}

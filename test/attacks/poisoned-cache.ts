// SPDX-License-Identifier: Apache-2.0
import { readFile, writeFile } from 'node:fs/promises';
import { pathsBelow } from '../world/tree-hash.ts';
import { EVIL, GOOD } from './stage.ts';

/** Exchanges what a cache holds of the good file; a cache that keeps nothing has nothing to poison. */
export async function poisonBelow(folder: string): Promise<number> {
  let poisoned = 0;
  for (const path of await pathsBelow(folder)) {
    const bytes = await readFile(path).catch(() => null);
    const evil = bytes === null ? null : exchanged(bytes);
    if (evil === null) continue;
    await writeFile(path, evil);
    poisoned += 1;
  }
  return poisoned;
}

/** A whole wheel, wherever it begins, or one file of an unpacked one. */
function exchanged(bytes: Buffer): Buffer | null {
  const at = bytes.indexOf(GOOD.bytes);
  if (at >= 0) {
    const rest = bytes.subarray(at + GOOD.bytes.length);
    return Buffer.concat([bytes.subarray(0, at), EVIL.bytes, rest]);
  }
  return bytes.toString('utf8') === 'WORD = "GOOD"\n' ? Buffer.from('WORD = "EVIL"\n') : null;
}

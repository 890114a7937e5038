// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path';
import type { PinReading } from '../core/lockfile.ts';
import { createPinReader } from './index.ts';

export const SHA_A = 'a'.repeat(64);
export const SHA_B = 'b'.repeat(64);

/** Files that only exist here, below `/p`. */
export async function readAmong(
  files: Readonly<Record<string, string>>,
  path: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<PinReading> {
  const known = new Map(Object.entries(files).map(([name, text]) => [resolve('/p', name), text]));
  const reader = createPinReader((wanted) => Promise.resolve(known.get(wanted) ?? null));
  return await reader.readFile({ path, directory: '/p', environment, constraint: false });
}

export async function readText(text: string, path = 'requirements.txt'): Promise<PinReading> {
  return await readAmong({ [path]: text }, path);
}

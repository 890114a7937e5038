// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import type { Machine } from '../core/machine.ts';

/** virtualenv's own copies of pip and setuptools: part of the tool, like its code. */
const EMBEDDED = join('virtualenv', 'seed', 'wheels', 'embed');

/** Where a tool keeps the wheels that it seeds new environments with. */
export async function seedFolders(
  machine: Machine,
  site: string | null,
): Promise<readonly string[]> {
  if (site === null) return [];
  const folder = join(site, EMBEDDED);
  return (await machine.kindOf(folder)) === 'directory' ? [folder] : [];
}

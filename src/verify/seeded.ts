// SPDX-License-Identifier: Apache-2.0
import { dirname, resolve } from 'node:path';
import type { FoundDistribution, InstalledFiles, WheelFiles } from '../core/host.ts';
import type { RecordLine } from '../core/record-lines.ts';
import { compareWithWheel, type WheelComparison } from './wheel-comparison.ts';

export interface Seeded {
  readonly comparison: WheelComparison;
  readonly wheel: WheelFiles;
}

/** A seed is taken for one only where it lies there to the byte; `null` where none does. */
export async function agreeingSeed(
  found: FoundDistribution,
  record: readonly RecordLine[] | null,
  { seeds, files }: { readonly seeds: readonly WheelFiles[]; readonly files: InstalledFiles },
): Promise<Seeded | null> {
  for (const wheel of seeds) {
    const comparison = await compareWithWheel(found, record, { wheel, files });
    const { foreign, omitted, altered, missing } = comparison;
    if ([omitted, altered, missing].some((list) => list.length > 0)) continue;
    const site = dirname(found.distInfo);
    if (!(await allBookkeeping(foreign, site, files))) continue;
    return { comparison: { ...comparison, foreign: [] }, wheel };
  }
  return null;
}

/** virtualenv lists compiled modules where they do not lie, their folders, and a mark of its own. */
async function allBookkeeping(
  paths: readonly string[],
  site: string,
  files: InstalledFiles,
): Promise<boolean> {
  for (const path of paths) {
    if (/^(?:\.\.\/)+bin\/pip[\d.-]*$/u.test(path)) continue;
    const bytes = await files.read(resolve(site, path), 0);
    const isMark = path.endsWith('.virtualenv') && bytes?.length === 0;
    const isNowhere = (await files.digest(resolve(site, path), null)) === null;
    if (!isMark && !isNowhere) return false;
  }
  return true;
}

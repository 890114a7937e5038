// SPDX-License-Identifier: Apache-2.0
import { basename, dirname, resolve } from 'node:path';
import type { FoundDistribution, InstalledFiles } from '../core/host.ts';
import type { RecordLine } from '../core/record-lines.ts';
import type { AlteredFile, WheelComparison } from './wheel-comparison.ts';

/**
 * A distribution against its own RECORD: whether what was built here is still as it was built.
 * Only what lies beside it; `pip install --target` writes other paths than those it moves to.
 */
export async function compareWithRecord(
  found: FoundDistribution,
  record: readonly RecordLine[] | null,
  files: InstalledFiles,
): Promise<WheelComparison> {
  const site = dirname(found.distInfo);
  const altered: AlteredFile[] = [];
  const missing: string[] = [];
  const wanted = (record ?? []).flatMap(({ path: line, sha256 }) => {
    const path = resolve(site, line);
    return sha256 !== null && path.startsWith(`${site}/`) ? [{ path, sha256, size: null }] : [];
  });
  const digests = await files.digestEach(wanted);
  for (const [at, { path, sha256 }] of wanted.entries()) {
    const disk = digests[at] ?? null;
    if (disk === null) missing.push(path);
    else if (disk.sha256 !== sha256) altered.push({ path, sha256: disk.sha256 });
  }
  const installer = `${basename(found.distInfo)}/INSTALLER`;
  const finished = record?.some(({ path }) => path === installer) ?? false;
  return { foreign: [], omitted: [], altered, missing, finished, listed: record !== null };
}

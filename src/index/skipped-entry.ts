// SPDX-License-Identifier: Apache-2.0
import type { SkippedEntry } from '../core/artifact.ts';
import { hashesInFragment } from './hashes.ts';
import type { RawEntry } from './raw-page.ts';

/** What is taken of an entry that need not be read. */
export function skippedEntry(raw: RawEntry, filename: string): SkippedEntry {
  const { uploadTime } = raw;
  return {
    filename,
    sha256: statedSha256(raw),
    yanked: statedYank(raw.yanked),
    uploadTime: typeof uploadTime === 'string' ? uploadTime : null,
  };
}

function statedSha256({ hashes, address }: RawEntry): string | null {
  const stated =
    typeof hashes === 'object' && hashes !== null && 'sha256' in hashes
      ? hashes.sha256
      : typeof address === 'string'
        ? hashesInFragment(address).find(([name]) => name === 'sha256')?.[1]
        : null;
  return typeof stated === 'string' && /^[0-9a-f]{64}$/u.test(stated) ? stated : null;
}

/** PEP 592: a mark may be a reason. */
function statedYank(value: unknown): boolean | null {
  if (value === undefined || value === null) return false;
  if (typeof value === 'string') return true;
  return typeof value === 'boolean' ? value : null;
}

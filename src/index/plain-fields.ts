// SPDX-License-Identifier: Apache-2.0
import type { Hashes, ListedFile } from '../core/artifact.ts';
import type { RawEntry } from './raw-page.ts';

const SHA256 = /^[0-9a-f]{64}$/u;
/** As indexes write it; whether there is a 29th of February is left to the long way. */
export const USUAL_TIME =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/u;

/**
 * The file of an entry that says nothing but what nearly all say, each in the one usual way; `null`
 * for every other, which `readFields` reads. What it answers, `readFields` would answer.
 *
 * @param url as `PlainAddresses` found it: without a fragment that states anything but the sha256
 *   that is checked here.
 */
export function readPlainFile(raw: RawEntry, filename: string, url: string): ListedFile | null {
  if (raw.fault !== null || raw.address !== url) return null;
  const hashes = plainHashes(raw.hashes);
  if (hashes === null) return null;
  const { requiresPython = null, gpgSig = null, size = null, uploadTime = null } = raw;
  const coreMetadata = plainSidecar(raw.coreMetadata);
  const yanked = raw.yanked ?? false;
  if (coreMetadata === null || (raw.provenance ?? null) !== null) return null;
  if (yanked !== false && !isWellFormed(yanked)) return null;
  if (requiresPython !== null && !isWellFormed(requiresPython)) return null;
  if (gpgSig !== null && typeof gpgSig !== 'boolean') return null;
  if (size !== null && !isSize(size)) return null;
  if (uploadTime !== null && !(typeof uploadTime === 'string' && USUAL_TIME.test(uploadTime)))
    return null;
  return {
    filename,
    url,
    hashes,
    requiresPython,
    coreMetadata,
    gpgSig,
    yanked,
    size,
    uploadTime,
    provenance: null,
  };
}

/** One sha256, and nothing else. */
function plainHashes(value: unknown): Hashes | null {
  if (typeof value !== 'object' || value === null || !hasSha256(value)) return null;
  for (const name in value) if (name !== 'sha256') return null;
  const { sha256 } = value;
  return typeof sha256 === 'string' && SHA256.test(sha256) ? { sha256 } : null;
}

function hasSha256(value: object): value is { readonly sha256: unknown } {
  return Object.hasOwn(value, 'sha256');
}

function plainSidecar(value: unknown): false | Hashes | null {
  if (value === undefined || value === null || value === false) return false;
  return plainHashes(value);
}

function isWellFormed(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed();
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

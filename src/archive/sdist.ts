// SPDX-License-Identifier: Apache-2.0
import type { HeldBytes } from '../core/bytes.ts';
import { MAX_SIDECAR_BYTES } from '../core/limits.ts';
import { type CoreMetadata, readCoreMetadata } from './core-metadata.ts';
import { gunzip } from './gunzip.ts';
import { malformed } from './refuse.ts';
import { readTar } from './tar.ts';
import { openZip } from './zip.ts';

export type SdistContents = CoreMetadata;

/**
 * What an sdist says of itself, or `null` where it says nothing: releases from before PKG-INFO,
 * and compressions that Node does not read (bzip2, xz).
 * @throws Refusal `WP-ARCHIVE-MALFORMED`, `WP-LIMIT-ARCHIVE`
 */
export async function readSdist(filename: string, bytes: HeldBytes): Promise<SdistContents | null> {
  const metadata = await findPkgInfo(filename, bytes);
  return metadata === null ? null : readCoreMetadata(filename, metadata);
}

/**
 * An archive that has no release to name: that nothing in it leads out of its folder.
 * @throws Refusal `WP-ARCHIVE-MALFORMED`, `WP-LIMIT-ARCHIVE`
 */
export async function verifyArchiveShape(filename: string, bytes: HeldBytes): Promise<void> {
  await findPkgInfo(filename, bytes);
}

async function findPkgInfo(filename: string, bytes: HeldBytes): Promise<Uint8Array | null> {
  const lower = filename.toLowerCase();
  if (lower.endsWith('.zip')) return findInZip(filename, bytes);
  if (lower.endsWith('.tar.gz') || lower.endsWith('.tgz')) return findInTar(filename, bytes);
  return null;
}

async function findInZip(filename: string, bytes: HeldBytes): Promise<Uint8Array | null> {
  const zip = await openZip(filename, bytes);
  const found = zip.entries.filter(({ name }) => isPkgInfo(name));
  const [entry] = found;
  if (entry === undefined) return null;
  if (found.length > 1) throw malformed(filename, 'holds several PKG-INFO files');
  return zip.read(entry, MAX_SIDECAR_BYTES);
}

/** To the end, because a later member of the same name would win. */
async function findInTar(filename: string, bytes: HeldBytes): Promise<Uint8Array | null> {
  let found: Uint8Array | null = null;
  for await (const member of readTar(filename, gunzip(filename, bytes))) {
    if (!isPkgInfo(member.name)) continue;
    if (found !== null) throw malformed(filename, 'holds several PKG-INFO files');
    if (!member.isFile) throw malformed(filename, 'its PKG-INFO is no plain file');
    found = await member.read(MAX_SIDECAR_BYTES);
  }
  return found;
}

/** In the one top folder (PEP 643, PEP 625): `NAME-VERSION/PKG-INFO`. */
function isPkgInfo(name: string): boolean {
  return /^(?:\.\/)?[^/]+\/PKG-INFO$/u.test(name);
}

// SPDX-License-Identifier: Apache-2.0
import { readSdist, verifyArchiveIdentity, verifyArchiveShape } from '../archive/index.ts';
import type { Artifact } from '../core/artifact.ts';
import type { HeldBytes } from '../core/bytes.ts';
import { Refusal } from '../core/errors.ts';
import { NO_RELEASE, type EvidenceKind } from '../core/evidence.ts';
import type { Finding } from '../core/finding.ts';
import { sidecarDiffers, type SidecarLedger } from './sidecar-ledger.ts';

const base = { kind: 'contents', class: 'integrity', identity: null } as const;

/**
 * What the archive says of itself: it can be read in one way only, its metadata names the project
 * and version of its file name, and the sidecar that the installer resolved with was its own.
 */
export function contentsEvidence(sidecars: SidecarLedger): EvidenceKind {
  return {
    kind: base.kind,
    class: base.class,
    foresee: () => null,
    foreseeable: () => NO_RELEASE,
    async examine(artifact, bytes) {
      try {
        return await read(artifact, bytes, sidecars);
      } catch (thrown) {
        if (!(thrown instanceof Refusal)) throw thrown;
        return { ...base, state: 'failed', detail: thrown.message, code: thrown.code };
      }
    },
  };
}

async function read(
  artifact: Artifact,
  bytes: HeldBytes,
  sidecars: SidecarLedger,
): Promise<Finding> {
  if (artifact.kind === 'archive') {
    await verifyArchiveShape(artifact.filename, bytes);
    return { ...base, state: 'absent', detail: 'an archive without a name to compare', code: null };
  }
  if (artifact.kind === 'sdist') {
    const contents = await readSdist(artifact.filename, bytes);
    if (contents === null) {
      return { ...base, state: 'absent', detail: 'the sdist has no PKG-INFO', code: null };
    }
    verifyArchiveIdentity(artifact.filename, contents, artifact.project);
    return { ...base, state: 'vouched', detail: 'PKG-INFO names the same release', code: null };
  }
  const contents = await sidecars.readings.read(artifact.filename, bytes);
  verifyArchiveIdentity(artifact.filename, contents, artifact.project);
  const { metadata, metadataSha256 } = contents;
  sidecars.foundInside(artifact.url, { sha256: metadataSha256, bytes: metadata });
  const handedOut = sidecars.of(artifact.url);
  if (handedOut !== null && handedOut !== contents.metadataSha256) {
    const differs = sidecarDiffers(artifact.filename, handedOut, contents.metadataSha256);
    throw new Refusal(differs.code, differs);
  }
  return { ...base, state: 'vouched', detail: 'METADATA names the same release', code: null };
}

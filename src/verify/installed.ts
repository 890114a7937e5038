// SPDX-License-Identifier: Apache-2.0
import { reason, type Reason } from '../core/errors.ts';
import type { FoundDistribution } from '../core/host.ts';
import type { InstalledDistribution, InstalledSource } from '../core/report.ts';
import type { RememberedFile } from '../core/trust-rows.ts';
import { addressKey } from '../core/url.ts';
import type { Receipt } from '../core/verification.ts';
import { releases } from '../core/verdict.ts';

/** What this trust store accepted of a release before: for what comes out of the private caches. */
export type RecallRelease = (project: string, version: string) => readonly RememberedFile[];

export interface Reconciled {
  readonly distribution: InstalledDistribution;
  /** Accepted in an earlier run and taken from a private cache in this one. */
  readonly cached: RememberedFile | null;
  readonly reason: Reason | null;
}

/** Holds one newly installed distribution against the receipts: nothing is installed without one. */
export function reconcile(
  found: FoundDistribution,
  receipts: readonly Receipt[],
  recallRelease: RecallRelease,
): Reconciled {
  const { name, version, directUrl } = found;
  if (directUrl !== null && !isRemoteArchive(directUrl)) {
    const source: InstalledSource = directUrl.kind === 'vcs' ? 'vcs' : 'local';
    return settled({ name, version, source, receipt: null });
  }
  const origin = directUrl === null ? 'index' : 'url';
  const receipt = receiptFor(found, receipts);
  if (receipt !== null) {
    const source = receipt.artifact.kind === 'sdist' ? 'built' : origin;
    return settled({ name, version, source, receipt: receipt.sha256 });
  }
  const remembered = recallRelease(name, version);
  const cached = remembered.find(({ filename }) => filename.endsWith('.whl')) ?? remembered[0];
  if (cached !== undefined) {
    const source = cached.filename.endsWith('.whl') ? origin : 'built';
    return { ...settled({ name, version, source, receipt: cached.sha256 }), cached };
  }
  const message = `${name} ${version} was installed into ${found.distInfo}, and no file of it passed the gate`;
  const distribution = { name, version, source: origin, receipt: null } as const;
  return { distribution, cached: null, reason: reason('WP-NO-RECEIPT', message) };
}

export function preexisting({ name, version }: FoundDistribution): InstalledDistribution {
  return { name, version, source: 'preexisting', receipt: null };
}

function settled(distribution: InstalledDistribution): Reconciled {
  return { distribution, cached: null, reason: null };
}

function isRemoteArchive({ kind, url }: { readonly kind: string; readonly url: string }): boolean {
  return kind === 'archive' && /^https?:/iu.test(url);
}

/** A wheel's receipt before an sdist's; for a direct URL, that address's own. */
function receiptFor(found: FoundDistribution, receipts: readonly Receipt[]): Receipt | null {
  const released = receipts.filter(
    ({ asked, sha256, decision }) => asked && sha256 !== null && releases(decision),
  );
  const url = found.directUrl?.url ?? null;
  const byUrl =
    url === null
      ? undefined
      : released.find(({ artifact }) => addressKey(artifact.url) === addressKey(url));
  if (byUrl !== undefined) return byUrl;
  const mine = released.filter(
    ({ artifact }) => artifact.project === found.name && artifact.version === found.version,
  );
  return mine.find(({ artifact }) => artifact.kind === 'wheel') ?? mine[0] ?? null;
}

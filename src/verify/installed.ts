// SPDX-License-Identifier: Apache-2.0
import { reason, type Reason } from '../core/errors.ts';
import type { FoundDistribution, InstalledFiles, WheelFiles } from '../core/host.ts';
import { MAX_CANDIDATE_FILES } from '../core/limits.ts';
import type { RecordLine } from '../core/record-lines.ts';
import type { InstalledDistribution, InstalledSource } from '../core/report.ts';
import type { RememberedFile } from '../core/trust-rows.ts';
import { addressKey } from '../core/url.ts';
import type { Receipt } from '../core/verification.ts';
import { releases } from '../core/verdict.ts';
import { compareWithRecord } from './record-comparison.ts';
import { agreeingSeed } from './seeded.ts';
import { comparePlaced, type WheelComparison } from './wheel-comparison.ts';
import { compareRecords, type RecordComparison } from './wheel-records.ts';

/** What passed the gate, now and before, and the means to look at what was installed. */
export interface Grounds {
  readonly receipts: readonly Receipt[];
  /** What this trust store accepted of a release before: for what comes out of the private caches. */
  readonly recallRelease: (project: string, version: string) => readonly RememberedFile[];
  /** What speaks against a distribution that was taken from git or this machine; `null`: nothing. */
  readonly objectionToPast?: (found: FoundDistribution) => Promise<Reason | null>;
  readonly files: InstalledFiles;
  /** Wheels of a release that are part of the installer itself: it seeds environments with them. */
  readonly seeds?: (project: string, version: string) => Promise<readonly WheelFiles[]>;
  /** A verified wheel's contents; `null` where it is no longer stored or readable. */
  readonly openWheel: (sha256: string, filename: string) => Promise<WheelFiles | null>;
}

/** How the installer came to its end. */
export type InstallerEnd = 'its own' | 'cut off';

/** A newly installed distribution, and what says which files are its own. */
export interface Owning {
  readonly found: FoundDistribution;
  /** The wheel it came from. */
  readonly wheel: WheelFiles | null;
  /** Its own RECORD. */
  readonly record: readonly RecordLine[] | null;
}

/** Held against what passed the gate, but for the bytes on the disk. */
export interface Beginning extends Owning {
  readonly reconciled: Promise<Reconciled>;
}

/** One newly installed distribution, held against what passed the gate. */
export interface Reconciled extends Owning {
  readonly distribution: InstalledDistribution;
  /** Accepted in an earlier run and taken from a private cache in this one. */
  readonly cached: RememberedFile | null;
  readonly reason: Reason | null;
  /** How it differs from the wheel it came from, or from its own RECORD where it was built here. */
  readonly comparison: WheelComparison;
}

interface Candidate {
  readonly sha256: string;
  readonly filename: string;
  readonly cached: RememberedFile | null;
}

/**
 * Holds one newly installed distribution against the receipts: nothing is installed without one.
 * A wheel's is its own only where the installed RECORD agrees with the RECORD inside the wheel;
 * what was built here has its sdist's, since nobody saw the wheel before.
 */
export async function reconcile(
  found: FoundDistribution,
  grounds: Grounds,
  end: InstallerEnd = 'its own',
): Promise<Reconciled> {
  const { reconciled } = await beginReconciling(found, grounds, end);
  return await reconciled;
}

/**
 * As {@link reconcile}, done but for the bytes on the disk, which are being looked at: many
 * distributions are begun one after the other, and their files looked at together.
 */
export async function beginReconciling(
  found: FoundDistribution,
  grounds: Grounds,
  end: InstallerEnd,
): Promise<Beginning> {
  const record = await grounds.files.record(found);
  const released = releasedFor(found, grounds.receipts);
  const remembered = grounds.recallRelease(found.name, found.version).slice(0, MAX_CANDIDATE_FILES);
  const { directUrl } = found;
  const unseen = directUrl !== null && !isRemoteArchive(directUrl) ? directUrl.kind : null;
  // Whoever says "from a folder" of what this run fetched from an index says it for a reason.
  if (unseen !== null && released.length === 0) {
    const source: InstalledSource = unseen === 'vcs' ? 'vcs' : 'local';
    const held = await unwheeled(
      { found, record, grounds },
      { source, receipt: null, cached: null },
    );
    return now({ ...held, reason: (await grounds.objectionToPast?.(found)) ?? null });
  }
  const origin = directUrl === null ? 'index' : 'url';
  const known = remembered.map((file) => ({ ...file, cached: file }));
  const candidates: Candidate[] = [...released, ...known];
  const wheels = candidates.filter(({ filename }) => filename.endsWith('.whl'));
  const tried = await firstAgreeing({ found, record, grounds }, wheels, end);
  if (tried.agreeing !== null) {
    const { candidate, records, wheel } = tried.agreeing;
    const distribution = named(found, origin, candidate.sha256);
    const { cached } = candidate;
    const looking = comparePlaced(records, { wheel, files: grounds.files });
    const told = { found, distribution, cached, reason: null, wheel, record };
    return { ...told, reconciled: looking.then((comparison) => ({ ...told, comparison })) };
  }
  const seeds = released.length > 0 ? [] : await grounds.seeds?.(found.name, found.version);
  const seed = await agreeingSeed(found, record, { seeds: seeds ?? [], files: grounds.files });
  if (seed !== null)
    return now({
      found,
      distribution: named(found, 'local', null),
      cached: null,
      reason: null,
      ...seed,
      record,
    });
  const fetchedWheel = released.some(({ filename }) => filename.endsWith('.whl'));
  const sdist = candidates.find(({ filename }) => !filename.endsWith('.whl'));
  if (sdist !== undefined && !fetchedWheel) {
    const { sha256, cached } = sdist;
    return now(
      await unwheeled({ found, record, grounds }, { source: 'built', receipt: sha256, cached }),
    );
  }
  return now({
    found,
    distribution: named(found, origin, null),
    cached: null,
    reason: withoutReceipt(found, tried.nearest),
    comparison: AS_IT_SAYS,
    wheel: null,
    record,
  });
}

function now(one: Reconciled): Beginning {
  return { ...one, reconciled: Promise.resolve(one) };
}

export function preexisting({ name, version }: FoundDistribution): InstalledDistribution {
  return { name, version, source: 'preexisting', receipt: null };
}

const AS_IT_SAYS: WheelComparison = {
  foreign: [],
  omitted: [],
  altered: [],
  missing: [],
  finished: true,
  listed: true,
};

interface Case {
  readonly found: FoundDistribution;
  readonly record: readonly RecordLine[] | null;
  readonly grounds: Grounds;
}

interface Unwheeled {
  readonly source: InstalledSource;
  readonly receipt: string | null;
  readonly cached: RememberedFile | null;
}

/** Made on this machine: its RECORD is all there is to hold it against. */
async function unwheeled(
  { found, record, grounds }: Case,
  { source, receipt, cached }: Unwheeled,
): Promise<Reconciled> {
  const comparison = await compareWithRecord(found, record, grounds.files);
  const distribution = named(found, source, receipt);
  return { found, distribution, cached, reason: null, comparison, wheel: null, record };
}

interface Tried {
  readonly agreeing: {
    readonly candidate: Candidate;
    readonly records: RecordComparison;
    readonly wheel: WheelFiles;
  } | null;
  /** The wheel that should have been it, and what speaks against it. */
  readonly nearest: {
    readonly candidate: Candidate;
    readonly foreign: readonly string[] | null;
  } | null;
}

async function firstAgreeing(
  { found, record, grounds }: Case,
  candidates: readonly Candidate[],
  end: InstallerEnd,
): Promise<Tried> {
  let nearest: Tried['nearest'] = null;
  for (const candidate of candidates) {
    const wheel = await grounds.openWheel(candidate.sha256, candidate.filename);
    if (wheel === null) {
      nearest ??= { candidate, foreign: null };
      continue;
    }
    const records = await compareRecords(found, record, wheel);
    const foreign = [...records.foreign, ...records.omitted];
    if (foreign.length === 0) return { agreeing: { candidate, records, wheel }, nearest: null };
    const cut = end === 'cut off' ? await compareCutRecord(found, record, wheel) : null;
    if (cut !== null) return { agreeing: { candidate, records: cut, wheel }, nearest: null };
    nearest ??= { candidate, foreign };
  }
  return { agreeing: null, nearest };
}

/**
 * A RECORD that an installer was still writing lists the beginning of what belongs there, its last
 * line perhaps in half (uv writes it anew in place). `null` where that does not explain it.
 */
async function compareCutRecord(
  found: FoundDistribution,
  record: readonly RecordLine[] | null,
  wheel: WheelFiles,
): Promise<RecordComparison | null> {
  const records = await compareRecords(found, record?.slice(0, -1) ?? [], wheel);
  const explained = records.foreign.length === 0 && records.omitted.length > 0;
  return explained ? { ...records, finished: false } : null;
}

function withoutReceipt(found: FoundDistribution, nearest: Tried['nearest']): Reason {
  const { name, version, distInfo } = found;
  if (nearest === null) {
    const message = `${name} ${version} was installed into ${distInfo}, and no file of it passed the gate`;
    return reason('WP-NO-RECEIPT', message);
  }
  const { candidate, foreign } = nearest;
  const file = `${candidate.filename} (sha256 ${candidate.sha256})`;
  if (foreign === null) {
    const message =
      `${name} ${version} in ${distInfo} came out of a cache, and ${file}, which it should be, ` +
      'is no longer stored or readable: they cannot be compared';
    const hint =
      'Remove it, and install it again without a cache (pip --no-cache-dir, uv --no-cache).';
    return reason('WP-NO-RECEIPT', message, hint);
  }
  const message = `${name} ${version} in ${distInfo} is not ${file}, which passed the gate: ${listed(foreign)}`;
  return reason('WP-NO-RECEIPT', message);
}

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ');
  return paths.length === 1
    ? `its RECORD differs in ${shown}`
    : `its RECORD differs in ${paths.length} files, among them ${shown}`;
}

function named(
  { name, version }: FoundDistribution,
  source: InstalledSource,
  receipt: string | null,
): InstalledDistribution {
  return { name, version, source, receipt };
}

function isRemoteArchive({ kind, url }: { readonly kind: string; readonly url: string }): boolean {
  return kind === 'archive' && /^https?:/iu.test(url);
}

/** Of a direct URL, the file at that address comes first. */
function releasedFor(found: FoundDistribution, receipts: readonly Receipt[]): readonly Candidate[] {
  const key = found.directUrl === null ? null : addressKey(found.directUrl.url);
  const candidates = receipts.flatMap(({ asked, sha256, decision, artifact }) => {
    if (!asked || sha256 === null || !releases(decision)) return [];
    const byUrl = key !== null && addressKey(artifact.url) === key;
    const byName = artifact.project === found.name && artifact.version === found.version;
    if (!byUrl && !byName) return [];
    return [{ sha256, filename: artifact.filename, cached: null, byUrl }];
  });
  return candidates.sort((a, b) => Number(b.byUrl) - Number(a.byUrl));
}

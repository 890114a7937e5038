// SPDX-License-Identifier: Apache-2.0
import type { FoundDistribution } from '../core/host.ts';
import type { Wish } from '../core/installer.ts';
import type { InstalledDistribution, JailLevel, Report } from '../core/report.ts';
import type { RememberedFile } from '../core/trust-rows.ts';
import type { Receipt } from '../core/verification.ts';
import type { Decision } from '../core/verdict.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { compareEnvironments } from '../host/index.ts';
import { buildReport } from '../report/index.ts';
import { preexisting, reckon, reconcile } from '../verify/index.ts';
import type { SubjectReason } from './run-events.ts';
import { ownVersion } from './version.ts';

export interface Run {
  readonly installer: {
    readonly name: string;
    readonly version: string;
    readonly argv: readonly string[];
  };
  readonly policyDigest: string;
  readonly wishes: readonly Wish[];
  readonly end: {
    readonly exit: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly jail: JailLevel;
  };
}

export interface Observed {
  readonly receipts: readonly Receipt[];
  /** The versions that pages offered of each project. */
  readonly offered: ReadonlyMap<string, readonly string[]>;
  /** The names of refused files that the installer asked for all the same. */
  readonly requested: ReadonlySet<string>;
  readonly before: readonly FoundDistribution[];
  readonly after: readonly FoundDistribution[];
  readonly recallRelease: (project: string, version: string) => readonly RememberedFile[];
  /** What the policy says now against a file that was accepted before; `null`: nothing. */
  readonly objectionTo: (file: RememberedFile) => Promise<Decision | null>;
  readonly refusals: readonly SubjectReason[];
  readonly notes: readonly string[];
  readonly otherTraffic: Report['other_traffic'];
}

/** Holds what was installed against what passed the gate, and writes the run's report. */
export async function composeReport(run: Run, observed: Observed): Promise<Report> {
  const result = {
    succeeded: run.end.exit === 0,
    installed: new Map(observed.after.map(({ name, version }) => [name, version])),
    offered: observed.offered,
    requested: observed.requested,
    installer: run.installer.name,
  };
  const receipts = [...reckon(observed.receipts, run.wishes, result)];
  const refusals = [...observed.refusals];
  const { added, preexisting: old } = compareEnvironments(observed.before, observed.after);
  const installed: InstalledDistribution[] = old.map(preexisting);
  for (const found of added) {
    const { distribution, cached, reason } = reconcile(found, receipts, observed.recallRelease);
    installed.push(distribution);
    if (cached !== null && !receipts.some(({ sha256 }) => sha256 === cached.sha256)) {
      const receipt = cachedReceipt(cached);
      const objection = await observed.objectionTo(cached);
      receipts.push(objection === null ? receipt : { ...receipt, decision: objection });
    }
    if (reason !== null) refusals.push({ ...reason, subject: found.name });
  }
  return buildReport({
    toolVersion: ownVersion(),
    policyDigest: run.policyDigest,
    installer: { ...run.installer, exit: run.end.exit },
    signal: run.end.signal,
    jail: run.end.jail,
    receipts,
    installed,
    refusals,
    notes: observed.notes,
    otherTraffic: observed.otherTraffic,
  });
}

/** A file that an earlier run accepted and the installer took from its private cache. */
function cachedReceipt(file: RememberedFile): Receipt {
  const date = new Date(file.firstSeen).toISOString().slice(0, 10);
  return {
    artifact: {
      ...file,
      kind: parseDistributionFilename(file.filename)?.kind ?? 'archive',
      listed: null,
    },
    sha256: file.sha256,
    size: file.size,
    at: file.lastSeen,
    asked: true,
    decision: {
      verdict: 'remembered',
      reasons: [],
      notes: [],
      findings: [
        {
          kind: 'memory',
          class: 'you',
          state: 'vouched',
          identity: `this machine, since ${date}`,
          detail: 'taken from the private cache, which only verified files enter',
          code: null,
        },
      ],
    },
  };
}

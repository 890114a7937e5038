// SPDX-License-Identifier: Apache-2.0
import type { Compiles, Pin, Wish } from '../core/installer.ts';
import type { JailLevel, Report } from '../core/report.ts';
import type { RememberedFile } from '../core/trust-rows.ts';
import type { Receipt } from '../core/verification.ts';
import type { Decision } from '../core/verdict.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import type { Snapshot } from '../host/index.ts';
import { buildReport } from '../report/index.ts';
import { reckon, type Grounds, type Judged } from '../verify/index.ts';
import { holdAgainstReceipts, withoutPassing } from './after-install.ts';
import type { AgeTold } from './root-ages.ts';
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
  readonly pins?: readonly Pin[];
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
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly runsProgram: boolean;
  /** The installer leaves compiled modules that no RECORD lists. */
  readonly compiles?: Compiles | undefined;
  /** What was taken from repositories, once what was installed has been looked at. */
  readonly commits?: () => Report['commits'];
  /** The means to look at what was installed. */
  readonly grounds: Omit<Grounds, 'receipts'>;
  /** Told how what was installed compares with what passed the gate. */
  readonly compared?: (judged: readonly Judged[]) => void;
  /** What the policy says now against a file that was accepted before; `null`: nothing. */
  readonly objectionTo: (file: RememberedFile) => Promise<Decision | null>;
  readonly refusals: readonly SubjectReason[];
  readonly notes: readonly string[];
  readonly otherTraffic: Report['other_traffic'];
  /** With a note where one that was needed is old. */
  readonly rootAges?: (receipts: readonly Receipt[]) => Promise<AgeTold>;
}

/** Holds what was installed against what passed the gate, and writes the run's report. */
export async function composeReport(run: Run, observed: Observed): Promise<Report> {
  const { before, after, runsProgram, compiles, grounds } = observed;
  const { exit, signal } = run.end;
  const present = withoutPassing(after.found, after);
  const result = {
    succeeded: exit === 0,
    installed: new Map(present.map(({ name, version }) => [name, version])),
    offered: observed.offered,
    requested: observed.requested,
    installer: run.installer.name,
  };
  const receipts = [...reckon(observed.receipts, run.wishes, result)];
  // Where it ran a program, the exit code is that one's.
  const endedWell = exit === 0 || (runsProgram && signal === null);
  const words = run.installer.argv;
  const held = await holdAgainstReceipts(
    { before, after, endedWell, runsProgram, compiles, words },
    { ...grounds, receipts },
  );
  observed.compared?.(held.judged);
  for (const { cached } of held.judged) {
    if (cached === null || receipts.some(({ sha256 }) => sha256 === cached.sha256)) continue;
    const receipt = cachedReceipt(cached);
    const objection = await observed.objectionTo(cached);
    receipts.push(objection === null ? receipt : { ...receipt, decision: objection });
  }
  const { ages, notes } = (await observed.rootAges?.(receipts)) ?? { ages: [], notes: [] };
  return buildReport({
    toolVersion: ownVersion(),
    policyDigest: run.policyDigest,
    installer: { ...run.installer, exit: run.end.exit },
    signal: run.end.signal,
    jail: run.end.jail,
    receipts,
    installed: held.installed,
    commits: observed.commits?.() ?? [],
    halfInstalled: held.halfInstalled,
    refusals: [...observed.refusals, ...held.refusals],
    wishes: run.wishes,
    pins: run.pins ?? [],
    notes: [...observed.notes, ...held.notes, ...notes],
    trustedRoots: ages,
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

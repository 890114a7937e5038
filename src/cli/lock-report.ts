// SPDX-License-Identifier: Apache-2.0
import { Refusal, reason, type Reason } from '../core/errors.ts';
import type { PinReading } from '../core/lockfile.ts';
import type { Report } from '../core/report.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import type { Receipt } from '../core/verification.ts';
import { buildReport } from '../report/index.ts';
import { strangersTo } from './lock-identities.ts';
import { pageKey, type PageAnswer, type PageAsked } from './index-pages.ts';
import type { LockedBytes, Unstated } from './locked-files.ts';
import { tellRootAges } from './root-ages.ts';
import type { VerifyContext } from './verify-context.ts';
import { ownVersion } from './version.ts';

export interface LockJudged {
  readonly reading: Pick<PinReading, 'packages' | 'pins' | 'wishes'>;
  readonly receipts: readonly Receipt[];
  readonly stated: readonly LockedBytes[];
  readonly unstated: readonly Unstated[];
  readonly pages: ReadonlyMap<string, PageAnswer>;
}

type Refused = Reason & { readonly subject: string };

/** One report over all that a lock file names. */
export async function lockReport(
  { places, policy, clock, rows }: VerifyContext,
  path: string,
  { reading, receipts, stated, unstated, pages }: LockJudged,
): Promise<Report> {
  const told = await tellRootAges(places, policy, { receipts, clock });
  const aside = unstated.filter(({ why }) => why === 'version control' || why === 'this machine');
  const asked = pages.size === 0 ? [] : [`pages of indexes that were asked for: ${pages.size}`];
  return buildReport({
    toolVersion: ownVersion(),
    policyDigest: policy.digest,
    installer: { name: 'wheelproof', version: ownVersion(), argv: ['verify', path], exit: 0 },
    signal: null,
    jail: 'none',
    receipts,
    installed: [],
    refusals: [
      ...unstated.flatMap(strippedOf),
      ...quarantinedIn(stated, pages, rows),
      ...strangersTo(reading.packages, receipts),
    ],
    notes: [
      ...policy.notes,
      ...told.notes,
      'only digests were at hand: no bytes were looked at',
      ...asked,
      ...aside.map(({ name, where, why }) => `${where}: ${name} comes from ${why}; not looked at`),
    ],
    wishes: reading.wishes,
    pins: reading.pins,
    otherTraffic: [],
    trustedRoots: told.ages,
  });
}

export function pageOf({ index, project }: LockedBytes): readonly PageAsked[] {
  return index === null ? [] : [{ index, project }];
}

/** As its index says now, or said when it was last asked. */
function quarantinedIn(
  stated: readonly LockedBytes[],
  pages: ReadonlyMap<string, PageAnswer>,
  rows: TrustRows,
): readonly Refused[] {
  const places = new Map(stated.flatMap(pageOf).map((one) => [pageKey(one), one]));
  return [...places].flatMap(([key, { index, project }]) => {
    const page = pages.get(key);
    const fresh = page === undefined || page instanceof Refusal ? null : page.status;
    const status = fresh ?? rows.recallPage(index, project)?.status;
    if (status !== 'quarantined') return [];
    const message = `${project}: ${index} has quarantined this project`;
    return [{ ...reason('WP-QUARANTINED', message), subject: project }];
  });
}

function strippedOf({ name, version, where, why }: Unstated): readonly Refused[] {
  if (why === 'no name') {
    const message = `${where}: nobody says which project lies at ${name}, so that nobody can vouch for it`;
    const told = reason('WP-NO-VOUCHER', message, 'Write it as `NAME @ ADDRESS#sha256=HEX`.');
    return [{ ...told, subject: name }];
  }
  if (why !== 'no hash') return [];
  const release = version === null ? name : `${name} ${version}`;
  const message = `${where}: ${release}: expected a sha256, found none: whatever the index sends would do`;
  const hint =
    '`wheelproof pins FILE` writes hashes for a requirement file, `wheelproof lock FILE` a lock file.';
  return [{ ...reason('WP-LOCK-NO-HASH', message, hint), subject: release }];
}

// SPDX-License-Identifier: Apache-2.0
import type { Refusal } from '../core/errors.ts';
import type { Policy } from '../policy/index.ts';
import { buildReport } from '../report/index.ts';
import { writeEvents } from './event-stream.ts';
import { writeReports } from './show-report.ts';
import { ownVersion } from './version.ts';
import { auditRun, clockOf, findPlaces, newRunName, openTrust } from './wire.ts';
import type { Wiring } from './wiring.ts';
import type { WrapCall } from './wrap.ts';

type FailedCall = Pick<WrapCall, 'words' | 'options' | 'output' | 'environment'>;

/**
 * For other programs and for the audit trail, of a run that a refusal ended before it began; people read it as every refusal
 * is told.
 */
export async function reportFailedStart(
  refusal: Refusal,
  { words, options, output, environment }: FailedCall,
  { installer, policy, wiring }: { installer: string; policy: Policy; wiring: Wiring },
): Promise<void> {
  const report = buildReport({
    toolVersion: ownVersion(),
    policyDigest: policy.digest,
    installer: { name: installer, argv: words, version: '', exit: null },
    signal: null,
    jail: 'none',
    receipts: [],
    installed: [],
    refusals: [{ ...refusal.toReason(), subject: 'start' }],
    notes: policy.notes,
    otherTraffic: [],
  });
  try {
    const clock = clockOf(wiring);
    const rows = openTrust(findPlaces(environment), clock, wiring);
    try {
      auditRun(rows, clock, newRunName(), report);
    } finally {
      rows.close();
    }
  } catch {
    // As below: it did not run, and says why.
  }
  try {
    await writeReports(report, options, output);
    await writeEvents(report, options, output);
  } catch {
    // What ended the run is told, whatever becomes of its report.
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/clock.ts';
import { PUBLIC_GOOD, type RootAge } from '../core/trusted-roots.ts';
import type { Receipt } from '../core/verification.ts';
import type { Places } from '../host/index.ts';
import { rootNames, type Policy } from '../policy/index.ts';
import { SEED_ID, SEEDED_AT } from '../trust/public-good-root.ts';
import { ageNote, daysSince, findHeldRoots, holdsRoots } from './trusted-roots.ts';

export interface AgeTold {
  readonly ages: readonly RootAge[];
  readonly notes: readonly string[];
}

const SEED = { name: PUBLIC_GOOD, id: SEED_ID, checkedAt: SEEDED_AT };

/** The trusted roots that the policy names, and how old each is; a note where one was needed and is old. */
export async function tellRootAges(
  places: Places,
  policy: Policy,
  { receipts, clock }: { readonly receipts: readonly Receipt[]; readonly clock: Clock },
): Promise<AgeTold> {
  const now = clock.now();
  const held = holdsRoots(places) ? await glanceAt(places, policy) : [SEED];
  const isNeeded = receipts.some(({ decision }) =>
    decision.findings.some(({ kind, state }) => kind === 'attestation' && state !== 'absent'),
  );
  return {
    ages: held.map(({ name, id, checkedAt }) => ({
      name,
      id,
      checked: new Date(checkedAt).toISOString(),
      age_days: daysSince(checkedAt, now),
    })),
    notes: isNeeded ? held.flatMap((root) => ageNote(root, now) ?? []) : [],
  };
}

async function glanceAt(places: Places, policy: Policy) {
  const roots = await findHeldRoots(places);
  const found = await Promise.all(
    // What is damaged is told by the file that needed it.
    rootNames(policy).map(async (name) => await roots.glance(name).catch(() => null)),
  );
  return found.filter((one) => one !== null);
}

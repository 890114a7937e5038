// SPDX-License-Identifier: Apache-2.0
import { reason, type Reason } from '../core/errors.ts';
import { matchesGlob } from './glob.ts';
import { indexKey, type Policy } from './policy.ts';
import { rulesFor } from './rules.ts';

/** The one index that a name belongs to. */
export interface Owner {
  /** As {@link indexKey} spells it. */
  readonly index: string;
  /** The table that says so. */
  readonly from: string;
}

/**
 * Who owns a name: the first `[[project]]` table that matches it and names an index; `null` where
 * none does. It is the last word: where the owner has nothing, no other index is asked.
 * Of two indexes of one name the first is meant, for the same reason.
 */
export function ownerOf(policy: Policy, project: string): Owner | null {
  const { value, from } = rulesFor(policy, project).index;
  if (value === null) return null;
  const named = policy.indexes.find((one) => one.name === value);
  return { index: named?.url ?? indexKey(value), from };
}

/** Whether a project may come from this index; `null`: yes. */
export function judgeIndex(policy: Policy, project: string, index: string): Reason | null {
  const owner = ownerOf(policy, project);
  if (owner === null || indexKey(index) === owner.index) return null;
  return reason(
    'WP-INDEX-NOT-ALLOWED',
    `${project}: expected from ${owner.index} (${owner.from}), found on ${index}`,
    `Give the installer the index ${owner.index}, or mend ${owner.from}; \`wheelproof policy explain ${project}\` shows the rule.`,
  );
}

/** Whether an exception in force lets some release of this name come from elsewhere. */
export function isOwnershipLifted(policy: Policy, project: string, now: number): boolean {
  return policy.exceptions.some(
    (one) =>
      one.rule === 'WP-INDEX-NOT-ALLOWED' && one.expires > now && matchesGlob(one.project, project),
  );
}

/** Tables whose `index` never decides, since an earlier one owns all their names, a sentence each. */
export function shadowedOwners(policy: Pick<Policy, 'projects'>): readonly string[] {
  const owners = policy.projects.filter(({ index }) => index !== null);
  return owners.flatMap((rule, place) => {
    // A glob's own `*` is only matched by a `*`, so what matches here matches every name it does.
    const earlier = owners.slice(0, place).find((one) => matchesGlob(one.name, rule.name));
    if (earlier === undefined || earlier.index === rule.index) return [];
    return [
      `${rule.source} never decides where ${rule.name} comes from: ${earlier.source} owns the name and comes first.`,
    ];
  });
}

/** By which statuses, beside 404, an index says that it has no such project. */
export function saysAbsent(policy: Policy, index: string, status: number): boolean {
  const key = indexKey(index);
  const tables = policy.indexes.filter(({ url }) => url === key);
  // Where a TUF root is pinned, only what is signed says that something is not there.
  if (tables.some(({ tuf }) => tuf !== undefined)) return false;
  return tables.some(({ absentStatus = [] }) => absentStatus.includes(status));
}

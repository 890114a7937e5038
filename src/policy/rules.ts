// SPDX-License-Identifier: Apache-2.0
import type { Reason } from '../core/errors.ts';
import { reason } from '../core/errors.ts';
import { matchesGlob } from './glob.ts';
import { indexKey, type FirstUse, type Policy } from './policy.ts';
import type { Requirement } from './requirement.ts';

/** A setting and the place it comes from. */
export interface Ruled<T> {
  readonly value: T;
  readonly from: string;
}

/** What holds for one project once its `[[project]]` rules are laid over the policy. */
export interface ProjectRules {
  readonly firstUse: Ruled<FirstUse>;
  readonly require: Ruled<Requirement | null>;
  readonly cooldownMs: Ruled<number>;
  readonly index: Ruled<string | null>;
}

/** Of several rules that match and set the same thing, the last one decides. */
export function rulesFor(policy: Policy, project: string): ProjectRules {
  const from = (key: string): string => policy.origins[key] ?? 'default';
  let firstUse: Ruled<FirstUse> = { value: policy.firstUse, from: from('first-use') };
  let require: Ruled<Requirement | null> = { value: policy.require, from: from('require') };
  let cooldownMs: Ruled<number> = { value: policy.cooldownMs, from: from('cooldown') };
  let index: Ruled<string | null> = { value: null, from: 'default' };
  for (const rule of policy.projects) {
    if (!matchesGlob(rule.name, project)) continue;
    const ruled = <T>(value: T): Ruled<T> => ({ value, from: rule.source });
    if (rule.firstUse !== null) firstUse = ruled(rule.firstUse);
    if (rule.require !== null) require = ruled(rule.require);
    if (rule.cooldownMs !== null) cooldownMs = ruled(rule.cooldownMs);
    if (rule.index !== null) index = ruled(rule.index);
  }
  if (policy.strict) firstUse = { value: 'refuse', from: '--strict' };
  return { firstUse, require, cooldownMs, index };
}

/** Whether a project may come from this index; `null`: yes. */
export function judgeIndex(policy: Policy, project: string, index: string): Reason | null {
  const rule = rulesFor(policy, project).index;
  if (rule.value === null) return null;
  const named = policy.indexes.findLast((one) => one.name === rule.value);
  const wanted = named?.url ?? indexKey(rule.value);
  if (indexKey(index) === wanted) return null;
  return reason(
    'WP-INDEX-NOT-ALLOWED',
    `${project}: expected from ${wanted} (${rule.from}), found on ${index}`,
  );
}

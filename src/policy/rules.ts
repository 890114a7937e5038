// SPDX-License-Identifier: Apache-2.0
import { matchesGlob } from './glob.ts';
import type { FirstUse, Policy, PublisherTrust } from './policy.ts';
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
  /** What `require` would refuse is only told. */
  readonly dryRun: Ruled<boolean>;
  readonly cooldownMs: Ruled<number>;
  readonly index: Ruled<string | null>;
  readonly publisherTrust: Ruled<PublisherTrust>;
}

/**
 * Of several rules that match and set the same thing, the last one decides; of those that set
 * `index` the first one, so that no later file takes a name from its owner.
 */
export function rulesFor(policy: Policy, project: string): ProjectRules {
  const known = RULES.get(policy) ?? new Map<string, ProjectRules>();
  RULES.set(policy, known);
  const rules = known.get(project) ?? readRules(policy, project);
  known.set(project, rules);
  return rules;
}

/** Asked for each of a page's thousands of files; a policy never changes. */
const RULES = new WeakMap<Policy, Map<string, ProjectRules>>();

function readRules(policy: Policy, project: string): ProjectRules {
  const from = (key: string): string => policy.origins[key] ?? 'default';
  let firstUse: Ruled<FirstUse> = { value: policy.firstUse, from: from('first-use') };
  let require: Ruled<Requirement | null> = { value: policy.require, from: from('require') };
  let dryRun: Ruled<boolean> = { value: policy.dryRun, from: from('dry-run') };
  let cooldownMs: Ruled<number> = { value: policy.cooldownMs, from: from('cooldown') };
  let index: Ruled<string | null> = { value: null, from: 'default' };
  let publisherTrust: Ruled<PublisherTrust> = {
    value: policy.publisherTrust,
    from: from('publisher-trust'),
  };
  for (const rule of policy.projects) {
    if (!matchesGlob(rule.name, project)) continue;
    const ruled = <T>(value: T): Ruled<T> => ({ value, from: rule.source });
    if (rule.firstUse !== null) firstUse = ruled(rule.firstUse);
    if (rule.require !== null) require = ruled(rule.require);
    if (typeof rule.dryRun === 'boolean') dryRun = ruled(rule.dryRun);
    if (rule.cooldownMs !== null) cooldownMs = ruled(rule.cooldownMs);
    if (rule.publisherTrust !== undefined) publisherTrust = ruled(rule.publisherTrust);
    if (rule.index !== null && index.value === null) index = ruled(rule.index);
  }
  if (policy.strict) {
    firstUse = { value: 'refuse', from: '--strict' };
    dryRun = { value: false, from: '--strict' };
  }
  return { firstUse, require, dryRun, cooldownMs, index, publisherTrust };
}

// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { Refusal } from '../core/errors.ts';
import type { CeremonyPlan } from './ceremony-plan.ts';
import { formerName, type PreviousDocuments } from './ceremony-previous.ts';
import { binsText, nextTargetsText, rootText, targetsText, type Head } from './documents.ts';

export const OFFLINE_ROLES = ['root', 'targets', 'bins'] as const;
export type OfflineRole = (typeof OFFLINE_ROLES)[number];

/** What is to be signed: it follows from the plan, the keys and what is published, and nothing else. */
export interface Proposal {
  /** Canonical texts: what signatures are made over. */
  readonly texts: Readonly<Record<OfflineRole, string>>;
  /** Who signs from now on: names by public key, in the order of the plan. */
  readonly holders: ReadonlyMap<string, string>;
  /** Those, and whose keys the root before names and this one does not. */
  readonly signers: ReadonlyMap<string, string>;
}

/** @throws Refusal `WP-CEREMONY-SAME-KEY` */
export function deriveProposal(
  plan: CeremonyPlan,
  keys: ReadonlyMap<string, string>,
  previous: PreviousDocuments | null,
): Proposal {
  const holders = namesByKey(plan, keys);
  const publicKeys = [...holders.keys()];
  const head = (version: number): Head => ({ version, expires: plan.expires });
  const { root, targets, bins } = plan.versions;
  const { threshold, online } = plan;
  const rootKeys = { holders: publicKeys, threshold, online, names: holders };
  const texts = {
    root: rootText(head(root), rootKeys),
    targets:
      previous === null
        ? targetsText(head(targets), publicKeys, threshold)
        : nextTargetsText(previous.targetsSigned, head(targets), publicKeys, threshold),
    bins: binsText(head(bins), online, plan),
  };
  const signers = new Map(holders);
  for (const [key, name] of previous?.holders ?? [])
    if (!signers.has(key)) signers.set(key, formerName(name));
  return { texts, holders, signers };
}

/** The name of a document's file, as it is to be served. */
export function documentFile(plan: CeremonyPlan, role: OfflineRole): string {
  return `${plan.versions[role]}.${role}.json`;
}

/** The proposal as files to look at, signed by nobody. */
export function unsignedFiles({ texts }: Proposal): readonly (readonly [string, Uint8Array])[] {
  return OFFLINE_ROLES.map((role) => [
    `unsigned.${role}.json`,
    Buffer.from(`{"signatures":[],"signed":${texts[role]}}\n`),
  ]);
}

export function textHash(text: string): string {
  return hash('sha256', text, 'hex');
}

function namesByKey(plan: CeremonyPlan, keys: ReadonlyMap<string, string>): Map<string, string> {
  const names = new Map<string, string>();
  for (const { name } of plan.holders) {
    const key = keys.get(name) ?? '';
    const other = names.get(key);
    if (other !== undefined)
      throw new Refusal('WP-CEREMONY-SAME-KEY', {
        message: `${other} and ${name} bring the same key ${key}`,
      });
    if (key === plan.online)
      throw new Refusal('WP-CEREMONY-SAME-KEY', {
        message: `${name} brings the key that is to sign online: ${key}`,
      });
    names.set(key, name);
  }
  return names;
}

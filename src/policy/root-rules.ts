// SPDX-License-Identifier: Apache-2.0
import { PUBLIC_GOOD } from '../core/trusted-roots.ts';
import { matchesGlob } from './glob.ts';
import { indexKey, type Policy } from './policy.ts';

/** A `[[sigstore]]` table: whose signatures count for which files. */
export interface RootRule {
  /** Names of trusted roots, as `wheelproof trust root import` gave them. */
  readonly roots: readonly string[];
  /** Globs over normalised names; `null`: all. */
  readonly projects: readonly string[] | null;
  /** As {@link indexKey} spells them; `null`: all. */
  readonly indexes: readonly string[] | null;
  readonly source: string;
}

/** Every root that some file's attestations may be verified against. */
export function rootNames({ sigstore }: Pick<Policy, 'sigstore'>): readonly string[] {
  return [...new Set([PUBLIC_GOOD, ...sigstore.flatMap(({ roots }) => roots)])];
}

/** Of several tables that match, the first one decides: no later file takes a name from its owner. */
export function rootsFor(
  { sigstore }: Pick<Policy, 'sigstore'>,
  { project, index }: { readonly project: string; readonly index: string },
): { readonly roots: readonly string[]; readonly from: string } {
  const rule = sigstore.find(
    ({ projects, indexes }) =>
      (projects === null || projects.some((glob) => matchesGlob(glob, project))) &&
      (indexes === null || indexes.includes(indexKey(index))),
  );
  return rule === undefined
    ? { roots: [PUBLIC_GOOD], from: 'default' }
    : { roots: rule.roots, from: rule.source };
}

// SPDX-License-Identifier: Apache-2.0
import { canonicalJson } from '../core/canonical-json.ts';
import type { SignerRule, SignersFor } from '../core/signer-rule.ts';
import { matchesGlob } from './glob.ts';
import type { Policy } from './policy.ts';

/** The `[[signer]]` tables for each project; every one that matches counts. */
export function signersIn({ signers }: Pick<Policy, 'signers'>): SignersFor {
  const known = new Map<string, readonly SignerRule[]>();
  return (project) => {
    if (signers.length === 0) return NOBODY;
    const found =
      known.get(project) ?? signers.filter((rule) => matchesGlob(rule.project, project));
    known.set(project, found);
    return found;
  };
}

const NOBODY: readonly SignerRule[] = [];

/** For the policy's digest: where the order decides nothing it does not count. */
export function canonicalSigners(signers: readonly SignerRule[]): readonly string[] {
  const sorted = (texts: readonly string[]): readonly string[] => [...texts].sort();
  const texts = signers.map((rule) =>
    canonicalJson({
      ...rule,
      openpgp: sorted(rule.openpgp),
      keyrings: sorted(rule.keyrings),
      minisign: sorted(rule.minisign),
      ssh: sorted(rule.ssh),
      ...(rule.sigstore !== undefined && { sigstore: sorted(rule.sigstore) }),
      revoked: sorted(rule.revoked ?? []),
      source: null,
    }),
  );
  return [...new Set(texts)].sort();
}

/** Whom a rule names, and where it looks, in words. */
export function signerWords(rule: SignerRule): string {
  const marked = (key: string): string =>
    rule.revoked?.includes(key) === true ? `${key} (revoked here: counts for nothing)` : key;
  const keys = [
    ...rule.openpgp.map((fingerprint) => marked(`OpenPGP key ${fingerprint}`)),
    ...rule.minisign.map((key) => marked(`minisign key ${key}`)),
    ...(rule.sigstore ?? []).map((word) => `Sigstore identity ${word}`),
    ...rule.ssh.map((line) => `SSH key of ${line.split(/\s/u, 1)[0] ?? ''}`),
  ];
  const atLeast = rule.threshold > 1 ? `${rule.threshold} of ` : '';
  const places = [...(rule.signatures ?? ['the index']), ...rule.checksums].join(', ');
  const role = rule.speaksFor === 'publisher' ? '' : ` for a ${rule.speaksFor}`;
  return `${atLeast}${keys.join(', ')}${role}; signatures at ${places}`;
}

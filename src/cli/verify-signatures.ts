// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { EvidenceKind } from '../core/evidence.ts';
import type { Finding } from '../core/finding.ts';
import type { TrustedRoots } from '../core/trusted-roots.ts';
import type { Upstream } from '../core/upstream.ts';
import { EVIDENCE_AT_HAND } from '../evidence/index.ts';
import { localFiles } from '../host/index.ts';
import { signersIn } from '../policy/index.ts';
import { readKeyFiles, rulesWith } from './signer-arguments.ts';
import { sigstoreSigners } from './sigstore-signers.ts';
import type { VerifyContext, VerifyOptions } from './verify-context.ts';

/**
 * Maintainers' own signatures of a file at hand: the given ones, otherwise one beside it, otherwise
 * where the policy looks.
 * @throws Refusal `WP-USAGE`, `WP-SIGNER-KEYS`
 */
export async function signatureEvidence(
  context: Pick<VerifyContext, 'policy' | 'clock'>,
  options: VerifyOptions,
  { project, path, upstream, roots }: AtHand,
): Promise<readonly EvidenceKind[]> {
  const { policy, clock } = context;
  const { signature = [], keyring = [], signer = [], checksums = [] } = options;
  for (const file of [...signature, ...checksums]) {
    if (existsSync(file)) continue;
    throw new Refusal('WP-USAGE', { message: `${file}: expected a file there, found none` });
  }
  const keys = await readKeyFiles(keyring);
  const own = signersIn(policy)(project);
  const beside = path !== null && existsSync(`${path}.asc`) ? [`${path}.asc`] : [];
  const found = signature.length > 0 ? signature : beside;
  const { rules, confirmed } = rulesWith(own, {
    keys,
    signers: signer,
    project,
    signatures: found.map((text) => resolve(text)),
    checksums: checksums.map((text) => resolve(text)),
    revoked: policy.revokedKeys ?? [],
  });
  if (rules.length === 0 && signature.length + checksums.length > 0) {
    throw new Refusal('WP-USAGE', {
      message: `no [[signer]] table names ${project}, and no keyring was given: nobody's signature counts`,
      hint: 'Give --keyring FILE, and --signer FINGERPRINT if you know whose key it must be.',
    });
  }
  const sources = {
    upstream: upstream ?? NOT_ASKED,
    files: localFiles,
    signers: () => rules,
    clock,
    sigstore: sigstoreSigners(roots),
  };
  const { openPgp, checksums: lists, distribution } = EVIDENCE_AT_HAND;
  const kinds = [openPgp(sources), lists(sources), distribution(sources)];
  return confirmed ? kinds : kinds.map(unconfirmed);
}

interface AtHand {
  readonly project: string;
  /** `null` where only the digest is at hand. */
  readonly path: string | null;
  /** `null`: no index was asked, and no other place is. */
  readonly upstream: Upstream | null;
  /** Whom Sigstore signatures are verified against. */
  readonly roots: TrustedRoots;
}

const NOT_ASKED: Upstream = {
  request: async ({ url }) => {
    throw new Refusal('WP-UPSTREAM-UNREACHABLE', {
      message: `${url} was not asked: nothing outside is, without an index or with --offline`,
    });
  },
  close: async () => undefined,
};

const withoutClaim = (detail: string): string =>
  detail.replaceAll(/; authorised for \S+ by --keyring/gu, '; a key of --keyring');

/** A key out of a given keyring signed it; that he may is another question. */
function unconfirmed(kind: EvidenceKind): EvidenceKind {
  const mark = (finding: Finding): Finding =>
    finding.state === 'vouched'
      ? { ...finding, detail: withoutClaim(finding.detail), unconfirmed: true }
      : finding;
  return { ...kind, examine: async (artifact, bytes) => mark(await kind.examine(artifact, bytes)) };
}

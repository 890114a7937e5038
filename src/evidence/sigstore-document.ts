// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { Refusal } from '../core/errors.ts';
import { publisherWords, type Publisher } from '../core/publisher.ts';
import type { SignerRule } from '../core/signer-rule.ts';
import type { RootSubject, TrustedRoots } from '../core/trusted-roots.ts';
import { malformed, readBundle } from '../crypto/index.ts';
import { publisherOf } from './publisher.ts';
import { verifyUnder } from './several-roots.ts';
import type { Signed } from './signer-verdict.ts';

/** What Sigstore signatures of documents are judged by. */
export interface SigstoreSigners {
  readonly trustedRoots: TrustedRoots;
  /** What keeps a signer from being the one whom a rule's word names; `null`: he is. */
  readonly miss: (word: string, publisher: Publisher, version: string | null) => string | null;
}

/** For which file a document is asked. */
export interface DocumentSubject extends RootSubject {
  /** `null`: nobody says for which release. */
  readonly version: string | null;
}

/**
 * Checks a Sigstore bundle over a document (protobuf-specs, `Bundle` with a `messageSignature`): by
 * whom is what the certificate says, and never what the bundle's sender does. His name is the one
 * under which his attestations count, so that he is one authority.
 *
 * @throws Refusal `WP-ATTESTATION-*`, `WP-TRUSTED-ROOT`
 */
export async function checkSigstore(
  document: Uint8Array,
  bundle: Uint8Array,
  {
    rule,
    sigstore,
    subject,
  }: {
    readonly rule: SignerRule;
    readonly sigstore: SigstoreSigners | undefined;
    readonly subject: DocumentSubject;
  },
): Promise<Signed> {
  const words = rule.sigstore ?? [];
  if (sigstore === undefined || words.length === 0) {
    throw new Refusal('WP-SIGNER-UNKNOWN', {
      message: `signed with Sigstore, and ${rule.source} names no Sigstore identity`,
    });
  }
  const entity = readBundle(bundle);
  if (entity.content.form !== 'message')
    throw malformed('the bundle signs no file, but a statement');
  const sha256 = createHash('sha256').update(document).digest();
  const roots = await sigstore.trustedRoots(subject);
  const { proof, root } = verifyUnder(entity, roots, { sha256, bytes: document });
  if (proof.identity === null) throw malformed('the bundle has no signer');
  const publisher = publisherOf(proof.identity, root);
  const misses = words.map((word) => sigstore.miss(word, publisher, subject.version));
  const key = publisherWords(publisher);
  const authorised = misses.includes(null);
  if (!authorised) {
    const reason = `a good signature, and not by whom ${rule.source} names: ${misses.join('; or ')}`;
    return { good: false, key, code: 'WP-SIGNER-UNKNOWN', reason };
  }
  const [time] = proof.times;
  return { good: true, keys: [key], authorised, made: time?.at ?? null, name: null };
}

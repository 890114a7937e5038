// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { Refusal } from '../core/errors.ts';
import { publisherWords, type Publisher } from '../core/publisher.ts';
import { MAX_ATTESTATIONS, MAX_PROVENANCE_BYTES } from '../core/limits.ts';
import type { NamedRoot } from '../core/trusted-roots.ts';
import {
  fields,
  malformed,
  parseStrictJson,
  readAttestation,
  type JsonObject,
  type SigstoreProof,
  type SignerIdentity,
} from '../crypto/index.ts';
import { agrees, publisherOf } from './publisher.ts';
import { verifyUnder } from './several-roots.ts';
import { readStatement, requireSubject, type AttestedFile, type Statement } from './statement.ts';

/** One attestation that holds for a file. */
export interface Voucher {
  readonly identity: SignerIdentity;
  readonly publisher: Publisher;
  /** Who, in words. */
  readonly words: string;
  readonly predicate: 'publish' | 'slsa';
  /** Name of the trusted root that it was verified under. */
  readonly root: string;
  /** sha256 of what was signed. */
  readonly statement: string;
  readonly proof: Pick<SigstoreProof, 'times' | 'entries'>;
}

export interface Vouchers {
  readonly vouchers: readonly Voucher[];
  /** Why attestations that are there say nothing, a sentence each. */
  readonly silent: readonly string[];
}

const WHAT = 'the provenance';

/**
 * Judges a PEP 740 provenance object (version 1) of a file: every attestation in it must hold. The
 * object itself is unsigned; who signed is taken from the certificates, and what the object says
 * beside them may not contradict them.
 * @throws Refusal `WP-ATTESTATION-*`
 */
export function judgeProvenance(
  bytes: Uint8Array,
  file: AttestedFile,
  roots: readonly NamedRoot[],
): Vouchers {
  const silent: string[] = [];
  const vouchers = attestationsIn(bytes, file.filename).flatMap(({ attestation, publisher }) => {
    const judged = judgeAttestation(attestation, publisher, file, roots);
    if (typeof judged !== 'string') return [judged];
    silent.push(judged);
    return [];
  });
  return { vouchers, silent };
}

/**
 * Judges one attestation object.
 * @param publisher what the unsigned container says of it; `null`: there is no container
 * @returns the voucher, or why it says nothing
 * @throws Refusal `WP-ATTESTATION-*`
 */
export function judgeAttestation(
  attestation: unknown,
  publisher: JsonObject | null,
  file: AttestedFile,
  roots: readonly NamedRoot[],
): Voucher | string {
  const { proof, root } = verifyUnder(readAttestation(attestation), roots);
  const { identity, content } = proof;
  if (content.form !== 'dsse' || identity === null)
    throw malformed('the attestation has no signer');
  const statement: Statement = readStatement(content.payload);
  requireSubject(statement, file);
  if (statement.predicate === null) {
    return `an attestation of the type ${statement.predicateType} says nothing here`;
  }
  if (publisher !== null && !agrees(publisher, identity, root)) {
    return `the publisher is of the unknown kind ${String(fields.memberOf(publisher, 'kind'))}`;
  }
  const signer = publisherOf(identity, root);
  const { times, entries } = proof;
  return {
    identity,
    publisher: signer,
    words: publisherWords(signer),
    predicate: statement.predicate,
    root,
    statement: createHash('sha256').update(content.payload).digest('hex'),
    proof: { times, entries },
  };
}

/**
 * The attestations of a provenance object, each with what is said of its publisher. Both lists are
 * required, and neither may be empty (PEP 740, "Provenance objects"). Nothing is verified yet.
 * @throws Refusal `WP-ATTESTATION-MALFORMED`, `WP-ATTESTATION-LIMIT`
 */
export function attestationsIn(bytes: Uint8Array, filename: string) {
  if (bytes.length > MAX_PROVENANCE_BYTES) {
    throw tooMuch(`${WHAT} of ${filename} has ${bytes.length} bytes`);
  }
  const provenance = fields.objectOf(parseStrictJson(bytes, WHAT), WHAT);
  if (fields.memberOf(provenance, 'version') !== 1) throw malformed(`${WHAT} is not of version 1`);
  const attested = someOf(provenance, 'attestation_bundles').flatMap((entry) => {
    const bundle = fields.objectOf(entry, WHAT);
    const publisher = fields.childOf(bundle, 'publisher', WHAT);
    return someOf(bundle, 'attestations').map((attestation) => ({ attestation, publisher }));
  });
  if (attested.length > MAX_ATTESTATIONS) {
    throw tooMuch(`${filename} has ${attested.length} attestations`);
  }
  return attested;
}

function someOf(holder: JsonObject, name: string): readonly unknown[] {
  const found = fields.listOf(holder, name, WHAT, MAX_ATTESTATIONS * MAX_ATTESTATIONS);
  if (found.length === 0) throw malformed(`${WHAT} names no ${name}`);
  return found;
}

function tooMuch(message: string): Refusal {
  return new Refusal('WP-ATTESTATION-LIMIT', {
    message: `${message}; at most ${MAX_ATTESTATIONS} in ${MAX_PROVENANCE_BYTES} bytes are looked at`,
  });
}

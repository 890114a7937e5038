// SPDX-License-Identifier: Apache-2.0
import { Refusal, type Reason } from '../core/errors.ts';
import type { NamedRoot } from '../core/trusted-roots.ts';
import {
  describeProof,
  parseStrictJson,
  readAttestation,
  readTrustedRoot,
  type JsonObject,
  type ProofSteps,
} from '../crypto/index.ts';
import type { GivenEvidence } from './given-evidence.ts';
import { attestationsIn, judgeAttestation, type Voucher } from './provenance.ts';
import { verifyUnder } from './several-roots.ts';
import type { AttestedFile } from './statement.ts';

/** One attestation: every step from the bytes to the trusted root, or where the way ends. */
export interface ProofChain {
  /** Where it lies, and which one it is there. */
  readonly evidence: string;
  readonly outcome:
    | {
        readonly state: 'holds';
        readonly voucher: Voucher;
        readonly steps: ProofSteps;
        readonly root: { readonly id: string; readonly checkedAt: number };
      }
    | { readonly state: 'silent'; readonly why: string }
    | { readonly state: 'fails'; readonly why: Reason };
}

/** Retraces what was handed over; nothing that it says is believed before it is proved. */
export function traceProofs(
  given: readonly GivenEvidence[],
  file: AttestedFile,
  roots: readonly NamedRoot[],
): readonly ProofChain[] {
  return given.flatMap((one) => {
    try {
      const all = attestationsOf(one, file.filename);
      return all.map(({ attestation, publisher }, at) => ({
        evidence: all.length === 1 ? one.path : `${one.path}, attestation ${at + 1}`,
        outcome: traceOne(attestation, publisher, { file, roots }),
      }));
    } catch (thrown) {
      return [{ evidence: one.path, outcome: failure(thrown) }];
    }
  });
}

function attestationsOf({ form, bytes }: GivenEvidence, filename: string) {
  if (form === 'provenance') return attestationsIn(bytes, filename);
  return [{ attestation: parseStrictJson(bytes, 'the attestation'), publisher: null }];
}

function traceOne(
  attestation: unknown,
  publisher: JsonObject | null,
  { file, roots }: { readonly file: AttestedFile; readonly roots: readonly NamedRoot[] },
): ProofChain['outcome'] {
  try {
    const voucher = judgeAttestation(attestation, publisher, file, roots);
    if (typeof voucher === 'string') return { state: 'silent', why: voucher };
    const entity = readAttestation(attestation);
    const { proof, root } = verifyUnder(entity, roots);
    const named = roots.find(({ name }) => name === root);
    if (named === undefined) throw new Refusal('WP-INTERNAL', { message: 'a root without a name' });
    const trusted = readTrustedRoot(named.bytes);
    const steps = describeProof(entity, trusted, proof);
    const { checkedAt } = named;
    return { state: 'holds', voucher, steps, root: { id: trusted.id, checkedAt } };
  } catch (thrown) {
    return failure(thrown);
  }
}

function failure(thrown: unknown): ProofChain['outcome'] {
  if (thrown instanceof Refusal) return { state: 'fails', why: thrown.toReason() };
  throw thrown;
}

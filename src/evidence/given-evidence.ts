// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { MAX_ATTESTATION_BYTES, MAX_ATTESTATIONS } from '../core/limits.ts';
import type { NamedRoot } from '../core/trusted-roots.ts';
import { parseStrictJson } from '../crypto/index.ts';
import { judgeAttestation, judgeProvenance, type Vouchers } from './provenance.ts';
import type { AttestedFile } from './statement.ts';

/** A publisher's word that lies beside a file, or was handed over with it. */
export interface GivenEvidence {
  /** `provenance`: a provenance object (PEP 740); `attestation`: one attestation alone. */
  readonly form: 'provenance' | 'attestation';
  /** Where it lies. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** @throws Refusal `WP-ATTESTATION-*`, `WP-TRUSTED-ROOT` */
export function judgeGiven(
  given: readonly GivenEvidence[],
  file: AttestedFile,
  roots: readonly NamedRoot[],
): Vouchers {
  if (given.length > MAX_ATTESTATIONS) {
    const message = `${file.filename}: ${given.length} files with attestations; at most ${MAX_ATTESTATIONS} are looked at`;
    throw new Refusal('WP-ATTESTATION-LIMIT', { message });
  }
  const judged = given.map((one) => judgeOne(one, file, roots));
  return {
    vouchers: judged.flatMap(({ vouchers }) => vouchers),
    silent: judged.flatMap(({ silent }) => silent),
  };
}

function judgeOne(
  { form, path, bytes }: GivenEvidence,
  file: AttestedFile,
  roots: readonly NamedRoot[],
): Vouchers {
  try {
    if (form === 'provenance') return judgeProvenance(bytes, file, roots);
    if (bytes.length > MAX_ATTESTATION_BYTES) {
      const message = `it has ${bytes.length} bytes; at most ${MAX_ATTESTATION_BYTES} are looked at`;
      throw new Refusal('WP-ATTESTATION-LIMIT', { message });
    }
    const judged = judgeAttestation(parseStrictJson(bytes, 'the attestation'), null, file, roots);
    return typeof judged === 'string'
      ? { vouchers: [], silent: [judged] }
      : { vouchers: [judged], silent: [] };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    const { code, message, hint } = thrown;
    throw new Refusal(code, { message: `${path}: ${message}`, hint, cause: thrown });
  }
}

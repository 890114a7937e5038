// SPDX-License-Identifier: Apache-2.0
import { refused, type Attack, type Form } from './attack.ts';
import { bent, honestly, MALLORY } from './attested.ts';
import { EVIL, GOOD } from './stage.ts';
import type { AttestWish } from '../world/sigstore/sigstore.ts';

const LOG = refused('E-BYTES', 'WP-ATTESTATION-LOG', { says: () => [EVIL.filename] });

/** The log entries are those of another attestation, which itself holds. */
const entryOf = (name: string, other: AttestWish, subject = EVIL, own: AttestWish = {}): Form =>
  bent(
    name,
    ({ verification_material: material }, { sigstore }) => {
      const { verification_material: theirs } = sigstore.attest(subject, other);
      material.transparency_entries = theirs.transparency_entries;
    },
    LOG,
    own,
  );

export const H20: Attack = {
  id: 'H20',
  title: 'the log entry of another signature',
  forms: [
    entryOf('of the good file', {}, GOOD),
    entryOf('of the same file, signed once more', {}),
    entryOf('of the same file, by another', { signer: MALLORY }),
    entryOf('of the good file, in the second Rekor', { rekor: 2 }, GOOD, { rekor: 2 }),
    bent(
      'a second entry, of the good file',
      ({ verification_material: material }, { sigstore }) =>
        material.transparency_entries.push(
          ...sigstore.attest(GOOD).verification_material.transparency_entries,
        ),
      LOG,
    ),
    bent(
      'the proof of another entry',
      ({ verification_material: material }, { sigstore }) => {
        const [theirs] = sigstore.attest(GOOD).verification_material.transparency_entries;
        for (const entry of material.transparency_entries)
          entry['inclusionProof'] = theirs?.['inclusionProof'];
      },
      LOG,
    ),
    bent(
      'no entry',
      ({ verification_material: material }) => (material.transparency_entries = []),
      LOG,
    ),
  ],
  twins: [
    honestly('in the first Rekor'),
    honestly('in the second Rekor', { rekor: 2 }),
    honestly('as a hashedrekord', { rekor: 2, logLies: { kind: 'hashedrekord' } }),
  ],
};

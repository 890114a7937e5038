// SPDX-License-Identifier: Apache-2.0
import { provenance } from '../world/integrity-api.ts';
import { digest } from '../world/wheel.ts';
import { refused, type Attack, type Form } from './attack.ts';
import { attested, honestly } from './attested.ts';
import { EVIL, GOOD } from './stage.ts';

const stating = (name: string, digests: Readonly<Record<string, string>>): Form =>
  attested(
    name,
    ({ sigstore }) => {
      const subject = [{ name: EVIL.filename, digest: digests }];
      return provenance([sigstore.attest(EVIL, { says: { subject } })]);
    },
    refused('E-BYTES', 'WP-ATTESTATION-DIGEST', { says: () => [EVIL.filename] }),
  );

export const H14: Attack = {
  id: 'H14',
  title: 'the digests of the subject disagree',
  forms: [
    attested(
      'the attestation of the good file beside the evil one',
      ({ sigstore }) => provenance([sigstore.attest(GOOD)]),
      refused('E-BYTES', 'WP-ATTESTATION-DIGEST', { says: () => [GOOD.sha256, EVIL.sha256] }),
    ),
    stating('sha512 right, sha256 wrong', {
      sha512: digest('sha512', EVIL.bytes),
      sha256: GOOD.sha256,
    }),
    stating('md5 alone', { md5: digest('md5', EVIL.bytes) }),
    stating('sha512 alone', { sha512: digest('sha512', EVIL.bytes) }),
  ],
  twins: [
    honestly('others beside the right sha256', {
      says: {
        subject: [
          {
            name: GOOD.filename,
            digest: {
              blake2b_256: '00'.repeat(32),
              sha256: GOOD.sha256,
              sha512: digest('sha512', GOOD.bytes),
            },
          },
        ],
      },
    }),
  ],
};

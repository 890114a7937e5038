// SPDX-License-Identifier: Apache-2.0
import { provenance } from '../world/integrity-api.ts';
import {
  claiming,
  gitHub,
  GITHUB_ISSUER,
  gitLab,
  google,
  type Signer,
} from '../world/sigstore/signers.ts';
import { refused, type Attack, type Form } from './attack.ts';
import { attested, honestly } from './attested.ts';
import { EVIL } from './stage.ts';

const by = (issuer: string, signer: Signer = gitHub()): Form =>
  attested(
    issuer,
    ({ sigstore }) => {
      const forged = claiming(signer, { 1: issuer, 8: issuer });
      return provenance([sigstore.attest(EVIL, { signer: forged })], signer.publisher);
    },
    refused('E-IDENTITY', 'WP-ATTESTATION-PUBLISHER', { says: () => [issuer] }),
  );

export const H08: Attack = {
  id: 'H08',
  title: 'an issuer that looks like the one',
  forms: [
    by(`${GITHUB_ISSUER}.evil.test`),
    by(GITHUB_ISSUER.replace('https', 'http')),
    by(`${GITHUB_ISSUER}:8443`),
    by(`${GITHUB_ISSUER}/mallory`),
    by(`${GITHUB_ISSUER}/`),
    by('https://gitlab.evil.test', gitLab()),
    by('https://accounts.google.com.evil.test', google()),
    attested(
      'two issuers in one certificate',
      ({ sigstore }) => {
        const signer = claiming(gitHub(), { 1: 'https://issuer.evil.test' });
        return provenance([sigstore.attest(EVIL, { signer })]);
      },
      refused('E-BYTES', 'WP-ATTESTATION-MALFORMED', { says: () => ['two issuers'] }),
    ),
  ],
  twins: [
    honestly('an old certificate names its issuer as text alone', {
      signer: claiming(gitHub(), { 8: null }),
    }),
    honestly('a new certificate does not', { signer: claiming(gitHub(), { 1: null }) }),
  ],
};

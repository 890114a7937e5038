// SPDX-License-Identifier: Apache-2.0
import { provenance } from '../world/integrity-api.ts';
import { SLSA } from '../world/sigstore/statement.ts';
import { OWN_SIGSTORE, refused, type Attack, type Form } from './attack.ts';
import { attested, honestly, namesPublisher } from './attested.ts';
import { EVIL, GOOD } from './stage.ts';

const about = (name: string, filename: string): Form =>
  attested(
    name,
    ({ sigstore }) => provenance([sigstore.attest({ filename, sha256: EVIL.sha256 })]),
    refused('E-IDENTITY', 'WP-ATTESTATION-SUBJECT', { says: () => [filename, EVIL.filename] }),
  );

const subjects = (name: string, subject: unknown): Form =>
  attested(
    name,
    ({ sigstore }) => provenance([sigstore.attest(EVIL, { says: { subject } })]),
    refused('E-BYTES', 'WP-ATTESTATION-MALFORMED', { says: () => [EVIL.filename] }),
  );

const EVIL_SUBJECT = { name: EVIL.filename, digest: { sha256: EVIL.sha256 } };

export const H12: Attack = {
  id: 'H12',
  title: 'a true attestation of something else',
  forms: [
    about('another project', 'other-1.0-py3-none-any.whl'),
    about('another version', 'good-1.1-py3-none-any.whl'),
    about('another platform', 'good-1.0-py3-none-win_amd64.whl'),
    about('another build', 'good-1.0-1-py3-none-any.whl'),
    about('the sdist for the wheel', 'good-1.0.tar.gz'),
    about('no file at all', 'good'),
    subjects('two subjects', [
      { name: GOOD.filename, digest: { sha256: GOOD.sha256 } },
      EVIL_SUBJECT,
    ]),
    subjects('no subject', []),
    attested(
      'one of two attestations is of another file',
      ({ sigstore }) =>
        provenance([
          sigstore.attest(EVIL),
          sigstore.attest({ filename: 'other-1.0.tar.gz', sha256: EVIL.sha256 }),
        ]),
      refused('E-IDENTITY', 'WP-ATTESTATION-SUBJECT', { says: () => ['other-1.0.tar.gz'] }),
    ),
  ],
  twins: [
    honestly('the name spelt otherwise', {
      says: {
        subject: [{ name: 'Good-1.0.0-py3-none-any.whl', digest: { sha256: GOOD.sha256 } }],
      },
    }),
    {
      name: 'two attestations of one file, one for each predicate',
      ...OWN_SIGSTORE,
      mount: (stage) => {
        const slsa = { predicateType: SLSA, predicate: {} };
        const both = [{}, slsa].map((says) => stage.sigstore.attest(GOOD, { says }));
        stage.listAttested(GOOD, provenance(both));
      },
      witness: namesPublisher('GitHub good-people/good'),
    },
  ],
};

// SPDX-License-Identifier: Apache-2.0
import { provenance } from '../world/integrity-api.ts';
import { SLSA } from '../world/sigstore/statement.ts';
import { OWN_SIGSTORE, refused, type Attack, type Form } from './attack.ts';
import { attested, namesPublisher } from './attested.ts';
import { EVIL, GOOD } from './stage.ts';

const MIB = 1 << 20;
const WITHIN = { withinMilliseconds: 30_000 };
const SAYS = { says: () => [EVIL.filename] };

const bomb = (name: string, body: () => Buffer): Form =>
  attested(name, body, refused('E-BYTES', 'WP-ATTESTATION-MALFORMED', SAYS), WITHIN);

export const H24: Attack = {
  id: 'H24',
  title: 'more evidence than anybody needs',
  forms: [
    attested(
      'a thousand attestations',
      ({ sigstore }) => {
        const one = sigstore.attest(EVIL, { payload: Buffer.from('{}') });
        const small = {
          ...one,
          verification_material: { certificate: '', transparency_entries: [] },
        };
        return provenance(Array.from({ length: 1000 }, () => small));
      },
      refused('E-LIMIT', 'WP-ATTESTATION-LIMIT', SAYS),
      WITHIN,
    ),
    attested(
      'ten mebibytes',
      ({ sigstore }) => {
        const one = sigstore.attest(EVIL);
        return provenance(Array.from({ length: 1200 }, () => one));
      },
      refused('E-LIMIT', 'WP-ATTESTATION-LIMIT', SAYS),
      WITHIN,
    ),
    bomb('deep lists', () => Buffer.alloc(2 * MIB, '[')),
    bomb('many objects', () => Buffer.from(`[${'{},'.repeat(MIB / 2)}0]`)),
    bomb('garbage', () => Buffer.alloc(MIB, 0x9f)),
    bomb('no attestations', () => Buffer.from('{"version":1}')),
  ],
  twins: [
    {
      name: 'both kinds of attestation, by both Rekors',
      ...OWN_SIGSTORE,
      mount: (stage) => {
        const slsa = { predicateType: SLSA, predicate: {} };
        const all = [{}, { says: slsa }, { rekor: 2 as const }, { rekor: 2 as const, says: slsa }];
        stage.listAttested(GOOD, provenance(all.map((wish) => stage.sigstore.attest(GOOD, wish))));
      },
      witness: namesPublisher('GitHub good-people/good'),
    },
  ],
};

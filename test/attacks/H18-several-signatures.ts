// SPDX-License-Identifier: Apache-2.0
import { refused, type Attack, type Form } from './attack.ts';
import { bent, honestly, lyingly } from './attested.ts';
import { EVIL } from './stage.ts';

const MALFORMED = refused('E-BYTES', 'WP-ATTESTATION-MALFORMED', {
  says: () => [EVIL.filename],
});

/** In place of the one signature of the envelope. */
const signatures = (name: string, made: (signature: string) => unknown): Form =>
  bent(
    name,
    ({ envelope }) => Reflect.set(envelope, 'signature', made(envelope.signature)),
    MALFORMED,
  );

/** The log's entry tells of these signatures. */
const logged = (name: string, made: (one: unknown) => readonly unknown[]): Form =>
  lyingly(
    name,
    {
      logLies: {
        bend: (body) => {
          const spec: { signatures: unknown[] } = JSON.parse(JSON.stringify(body['spec']));
          return { ...body, spec: { ...spec, signatures: made(spec.signatures[0]) } };
        },
      },
    },
    MALFORMED,
  );

export const H18: Attack = {
  id: 'H18',
  title: 'several signatures, or none',
  forms: [
    signatures('one good and one bad', (good) => [good, 'AAAA']),
    signatures('an empty list', () => []),
    signatures('an empty text', () => ''),
    signatures('nothing', () => null),
    logged('two in the log', (one) => [one, one]),
    logged('none in the log', () => []),
  ],
  twins: [honestly('one')],
};

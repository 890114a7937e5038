// SPDX-License-Identifier: Apache-2.0
import { provenance } from '../world/integrity-api.ts';
import { makeWheel } from '../world/wheel.ts';
import {
  BOTH_INSTALL,
  CONTROL,
  OWN_SIGSTORE,
  PASSED,
  refused,
  type Attack,
  type Form,
} from './attack.ts';
import { attested, namesPublisher } from './attested.ts';

const tagged = (tags: string) => makeWheel({ name: 'good', version: '1.0', tags });

/** The file as it is listed; attested under its other name. */
function accepted(listed: string, said: string): Form {
  const file = tagged(listed);
  return {
    name: `${said} for ${listed}`,
    ...OWN_SIGSTORE,
    mount: (stage) => {
      const filename = `good-1.0-${said}.whl`;
      stage.listAttested(
        file,
        provenance([stage.sigstore.attest({ filename, sha256: file.sha256 })]),
      );
    },
    expect: PASSED,
    plain: BOTH_INSTALL,
    defence: CONTROL,
    witness: namesPublisher('GitHub good-people/good'),
  };
}

const FILE = tagged('py2.py3-none-any');

export const B25: Attack = {
  id: 'B25',
  title: 'tags in another order are the same tags, and others are others',
  forms: [
    accepted('py2.py3-none-any', 'py3.py2-none-any'),
    accepted(
      'py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64',
      'py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64',
    ),
    attested(
      'one tag fewer',
      ({ sigstore }) =>
        provenance([
          sigstore.attest({ filename: 'good-1.0-py3-none-any.whl', sha256: FILE.sha256 }),
        ]),
      refused('E-IDENTITY', 'WP-ATTESTATION-SUBJECT', { says: () => [FILE.filename] }),
      { file: FILE },
    ),
  ],
};

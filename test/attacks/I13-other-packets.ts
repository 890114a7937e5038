// SPDX-License-Identifier: Apache-2.0
import * as openpgp from 'openpgp';
import { signBare } from '../world/openpgp-keys.ts';
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { daysAgo, evilWith, HONEST_TWIN } from './signed-release.ts';
import { EVIL, GOOD } from './stage.ts';

const literalOf = async (content: Uint8Array): Promise<Uint8Array> =>
  Buffer.from((await openpgp.createMessage({ binary: content })).write());
const malformed = refused('E-BYTES', 'WP-SIGNATURE-MALFORMED', { says: () => [EVIL.filename] });

export const I13: Attack = {
  id: 'I13',
  title: 'another packet is read than was signed',
  forms: [
    {
      name: 'the good file after its signature',
      ...evilWith(async ({ own }) =>
        Buffer.concat([
          await signBare(own.key, GOOD.bytes, { at: daysAgo(1) }),
          await literalOf(GOOD.bytes),
        ]),
      ),
      expect: malformed,
      plain: BOTH_INSTALL,
    },
    {
      name: 'the evil file before it',
      ...evilWith(async ({ own }) =>
        Buffer.concat([
          await literalOf(EVIL.bytes),
          await signBare(own.key, GOOD.bytes, { at: daysAgo(1) }),
        ]),
      ),
      expect: malformed,
      plain: BOTH_INSTALL,
    },
  ],
  twins: [HONEST_TWIN],
};

// SPDX-License-Identifier: Apache-2.0
import { statement } from '../world/sigstore/statement.ts';
import { refused, type Attack, type Form } from './attack.ts';
import { honestly, lyingly } from './attested.ts';
import { EVIL, GOOD } from './stage.ts';

const signed = (name: string, payload: Uint8Array): Form =>
  lyingly(
    name,
    { payload },
    refused('E-BYTES', 'WP-ATTESTATION-MALFORMED', { says: () => [EVIL.filename] }),
  );

const honest = statement(EVIL);
const text = honest.toString('utf8');

export const H17: Attack = {
  id: 'H17',
  title: 'a payload that does not parse, rightly signed',
  forms: [
    signed('garbage', Buffer.alloc(400, 0x9f)),
    signed('a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), honest])),
    signed('bytes behind it', Buffer.concat([honest, Buffer.from('{}')])),
    signed(
      'a second subject for whom reads the last one',
      Buffer.from(text.replace('{', `{"subject":[{"name":"x","digest":{}}],`)),
    ),
    signed('a list', Buffer.from('[]')),
    signed('half a character', Buffer.concat([honest.subarray(0, -1), Buffer.from([0xc3, 0x7d])])),
  ],
  twins: [
    honestly('white space and members that nobody knows', {
      payload: Buffer.from(
        JSON.stringify(
          { unknown: { deep: [1] }, ...JSON.parse(statement(GOOD).toString('utf8')) },
          null,
          2,
        ),
      ),
    }),
  ],
};

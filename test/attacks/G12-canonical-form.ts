// SPDX-License-Identifier: Apache-2.0
import type { Attack } from './attack.ts';
import { lookingLike, lying, type Lie } from './signed-stage.ts';

/** The honest timestamp, written in another way: its signature is over the canonical form. */
const written =
  (change: (text: string) => string): Lie =>
  (index) => {
    index.sign();
    const text = Buffer.from(index.photograph().get('timestamp.json') ?? []).toString();
    index.putBytes('timestamp.json', Buffer.from(change(text)));
  };

const malformed = ['E-BYTES', 'WP-TUF-MALFORMED', 'timestamp'] as const;

export const G12: Attack = {
  id: 'G12',
  title: 'one document that two readers read differently',
  forms: [
    lying(
      'a member twice, once in other letters',
      written((text) => text.replace('"_type":', '"\\u005ftype":"root","_type":')),
      malformed,
    ),
    lying(
      'a number with a fraction',
      written((text) => text.replace(/"version":(\d+)/gu, '"version":$1.0')),
      malformed,
    ),
    lying(
      'a byte-order mark',
      written((text) => `\ufeff${text}`),
      malformed,
    ),
    lying(
      'another order that says something else',
      written((text) => text.replace(/"version":(\d+)/gu, '"version":1$1')),
      ['E-BYTES', 'WP-TUF-SIGNATURE', 'timestamp'],
    ),
  ],
  twins: [
    lookingLike(
      'other spaces, another order, other letters for the same',
      written((text) => {
        const { signed, signatures }: Record<string, unknown> = JSON.parse(text);
        const reversed = Object.fromEntries(Object.entries(Object(signed)).toReversed());
        const spaced = JSON.stringify({ signed: reversed, signatures }, null, 3);
        return spaced.replace('"_type"', '"\\u005ftype"');
      }),
    ),
  ],
};

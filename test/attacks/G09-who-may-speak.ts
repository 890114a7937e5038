// SPDX-License-Identifier: Apache-2.0
import { delegationsTo, type SignedIndex } from '../world/signed-index.ts';
import { makeSigner, targetOf, type Signer } from '../world/tuf-repository.ts';
import type { Attack } from './attack.ts';
import { lookingLike, lying, type Lie } from './signed-stage.ts';
import { EVIL, GOOD } from './stage.ts';

const PATH = `packages/good/${GOOD.filename}`;
const owner = makeSigner();
const thief = makeSigner();

interface Speaker {
  readonly name: string;
  readonly signers: readonly Signer[];
  readonly paths: readonly string[];
  readonly terminating?: boolean;
}

const first = (over: Partial<Speaker> = {}): Speaker => ({
  name: 'first',
  signers: [owner],
  paths: ['packages/good/*'],
  ...over,
});
const second: Speaker = { name: 'second', signers: [thief], paths: ['packages/*/*'] };

/** The second role names EVIL; the first one says this. */
const speaking =
  (says: Readonly<Record<string, Uint8Array>>, before = first(), after = second): Lie =>
  (index: SignedIndex) => {
    const targets = Object.entries(says).map(([path, bytes]) => [path, targetOf(bytes)]);
    index.delegate('first', [owner], { targets: Object.fromEntries(targets) });
    index.delegate('second', [thief], { targets: { [PATH]: targetOf(EVIL.bytes) } });
    index.sign({
      over: delegationsTo(before, after),
      without: (path) => path.startsWith('packages/'),
    });
  };

export const G09: Attack = {
  id: 'G09',
  title: 'a role speaks for what is another’s',
  forms: [
    lying('the first one names the good file', speaking({ [PATH]: GOOD.bytes }), [
      'E-BYTES',
      'WP-TUF-MISMATCH',
      PATH,
    ]),
    lying('the first one ends the search, and names no file', speaking({}), [
      'E-MISSING',
      'WP-TUF-NOT-FOUND',
      PATH,
    ]),
    lying(
      'the second one may speak for other names alone',
      speaking({}, first({ terminating: false }), {
        ...second,
        paths: ['packages/*', 'packages/goo?'],
      }),
      ['E-MISSING', 'WP-TUF-NOT-FOUND', PATH],
    ),
  ],
  twins: [
    lookingLike('the first one says nothing, and does not end the search', (index) => {
      index.delegate('first', [owner], { targets: {} });
      index.delegate('second', [thief], { targets: { [PATH]: targetOf(GOOD.bytes) } });
      index.sign({
        over: delegationsTo(first({ terminating: false }), second),
        without: (path) => path.startsWith('packages/'),
      });
    }),
  ],
};

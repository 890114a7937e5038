// SPDX-License-Identifier: Apache-2.0
import { delegationsTo, type SignedIndex } from '../world/signed-index.ts';
import { head, makeSigner, targetOf, type Signer } from '../world/tuf-repository.ts';
import { INDEX } from '../world/world.ts';
import type { Attack, Form } from './attack.ts';
import { lookingLike, lying, pinning, type Lie } from './signed-stage.ts';
import { EVIL, GOOD } from './stage.ts';
import { A_PLAIN_ORDER, HIGHER, inOrder, isUnheardOf, PUBLIC, uploadTo } from './two-indexes.ts';

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

/** The pinned index owns the name, and the user has a public one beside it. */
const beside: Partial<Form> = {
  ...inOrder(A_PLAIN_ORDER),
  installers: ['uv'],
  policy: (stage) =>
    `[[project]]\nname = "good"\nindex = "${stage.world.index}"\n\n${pinning()(stage)}`,
  witness: isUnheardOf('good'),
  defence: 'ownership and undecided pages',
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
    lying(
      'the index does not sign the name that it owns, and another one has it',
      (index, stage) => {
        uploadTo(stage, PUBLIC, HIGHER);
        stage.world.host(INDEX).projects.delete('good');
        index.sign();
      },
      ['E-SOURCE', 'WP-OWNED-NAME-EMPTY'],
      { ...beside, plain: null },
    ),
    lying(
      'the index that owns the name has expired, and another one has it',
      (index, stage) => {
        uploadTo(stage, PUBLIC, HIGHER);
        const meta = { 'snapshot.json': { version: index.version } };
        const content = { ...head('timestamp', 7), meta, expires: '2020-01-01T00:00:00Z' };
        index.put('timestamp.json', content, [index.repository.signers.timestamp]);
      },
      ['E-FRESH', 'WP-TUF-EXPIRED'],
      { ...beside, installers: ['pip'], plain: null },
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

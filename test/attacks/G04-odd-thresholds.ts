// SPDX-License-Identifier: Apache-2.0
import type { Json } from '../../src/core/strict-json.ts';
import { makeSigner, type Signer } from '../world/tuf-repository.ts';
import type { Attack } from './attack.ts';
import { lookingLike, lying, type Lie } from './signed-stage.ts';

/** The holders themselves sign a root whose targets nobody, or anybody, may sign. */
const rootWith =
  (threshold: Json): Lie =>
  (index) => {
    const { repository } = index;
    const { root, timestamp, snapshot, targets } = repository.signers;
    const one = ({ keyid }: Signer): Json => ({ keyids: [keyid], threshold: 1 });
    const roles = {
      root: one(root),
      timestamp: one(timestamp),
      snapshot: one(snapshot),
      targets: { keyids: [targets.keyid], threshold },
    };
    index.put('2.root.json', repository.root(2, { roles }), [root]);
    index.sign({ by: [makeSigner()] });
  };

const malformed = ['E-BYTES', 'WP-TUF-MALFORMED', 'threshold'] as const;

export const G04: Attack = {
  id: 'G04',
  title: 'thresholds that are none',
  forms: [
    lying('0', rootWith(0), malformed),
    lying('-1', rootWith(-1), malformed),
    lying('as a text', rootWith('1'), malformed),
    lying('more than there are keys', rootWith(2), ['E-BYTES', 'WP-TUF-SIGNATURE', 'expected 2'], {
      lasting: true, // nobody can sign under the root that the holders have made
    }),
  ],
  twins: [
    lookingLike('1, in a new root', (index, stage) => {
      rootWith(1)(index, stage);
      index.sign();
    }),
  ],
};

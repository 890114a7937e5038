// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../src/core/strict-json.ts';
import { makeSigner, type Signer } from '../world/tuf-repository.ts';
import type { SignedIndex } from '../world/signed-index.ts';
import type { Attack } from './attack.ts';
import { lookingLike, lying } from './signed-stage.ts';

/** Every role is this one's. */
function ownedBy({ repository }: SignedIndex, version: number, owner: Signer): JsonObject {
  const { keyid, stated } = owner;
  const role = { keyids: [keyid], threshold: 1 };
  const roles = { root: role, timestamp: role, snapshot: role, targets: role };
  return { ...repository.root(version), keys: { [keyid]: stated }, roles };
}

const stranger = makeSigner();
const unsigned = ['E-BYTES', 'WP-TUF-SIGNATURE', 'root version 2'] as const;
const EXPIRED = { expires: '2020-01-01T00:00:00Z' };

export const G05: Attack = {
  id: 'G05',
  title: 'root chains with a broken link',
  forms: [
    lying(
      'a stranger’s root, signed by its own key alone',
      (index) => index.put('2.root.json', ownedBy(index, 2, stranger), [stranger]),
      unsigned,
    ),
    lying(
      'signed by the old key alone',
      (index) =>
        index.put('2.root.json', ownedBy(index, 2, stranger), [index.repository.signers.root]),
      unsigned,
    ),
    lying(
      'a version left out',
      (index) =>
        index.put('2.root.json', index.repository.root(3), [index.repository.signers.root]),
      ['E-FRESH', 'WP-TUF-ROLLBACK', 'root version 2', 'version 3'],
    ),
    lying(
      'the last one has expired',
      (index) =>
        index.put('2.root.json', index.repository.root(2, EXPIRED), [
          index.repository.signers.root,
        ]),
      ['E-FRESH', 'WP-TUF-EXPIRED', 'root'],
      { lasting: true }, // the holders have signed it: no root without them
    ),
  ],
  twins: [
    lookingLike('one on the way has expired, and another key signs from then on', (index) => {
      const { repository } = index;
      const { root } = repository.signers;
      index.put('2.root.json', repository.root(2, EXPIRED), [root]);
      const keys = { ...repository.signers, root: stranger };
      const next = {
        ...repository.root(3),
        keys: Object.fromEntries(Object.values(keys).map(({ keyid, stated }) => [keyid, stated])),
        roles: Object.fromEntries(
          Object.entries(keys).map(([role, { keyid }]) => [
            role,
            { keyids: [keyid], threshold: 1 },
          ]),
        ),
      };
      index.put('3.root.json', next, [root, stranger]);
    }),
  ],
};

// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../src/core/strict-json.ts';
import { makeSigner, type Signer } from '../world/tuf-repository.ts';
import type { Attack } from './attack.ts';
import { lookingLike, lying, pin, type Lie } from './signed-stage.ts';

const odd = makeSigner();

/** The targets may also be signed by a key whose type, scheme and value do not fit each other. */
const beside =
  (stated: JsonObject): Lie =>
  (index) => {
    const { repository } = index;
    const keys = Object.values(repository.signers).map((one): [string, JsonObject] => [
      one.keyid,
      one.stated,
    ]);
    const role = (...signers: readonly Signer[]) => ({
      keyids: signers.map(({ keyid }) => keyid),
      threshold: 1,
    });
    const { root, timestamp, snapshot, targets } = repository.signers;
    index.beginWith({
      keys: Object.fromEntries([...keys, [odd.keyid, stated]]),
      roles: {
        root: role(root),
        timestamp: role(timestamp),
        snapshot: role(snapshot),
        targets: role(targets, odd),
      },
    });
  };

const MIXED = { ...odd.stated, scheme: 'rsassa-pss-sha256' };
const UNKNOWN = { ...odd.stated, keytype: 'ed448', scheme: 'ed448' };

export const G13: Attack = {
  id: 'G13',
  title: 'keys of one type with the scheme of another',
  forms: [
    lying(
      'an Ed25519 key under RSA’s scheme',
      (index) => index.sign({ by: [odd] }),
      ['E-BYTES', 'WP-TUF-SIGNATURE', 'targets'],
      { before: beside(MIXED) },
    ),
  ],
  twins: [
    lookingLike('a key of a type that nobody knows, beside one that counts', (index, stage) => {
      beside(UNKNOWN)(index, stage);
      index.sign();
      pin(stage);
    }),
  ],
};

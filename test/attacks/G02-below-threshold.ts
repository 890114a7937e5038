// SPDX-License-Identifier: Apache-2.0
import { makeSigner, type Signer } from '../world/tuf-repository.ts';
import type { SignedIndex } from '../world/signed-index.ts';
import type { Attack } from './attack.ts';
import { lookingLike, lying, pin, type Lie } from './signed-stage.ts';

/** Two holders sign the targets, and both must. */
const byTwo: Lie = (index) => {
  const { repository } = index;
  const { targets } = repository.signers;
  const second = makeSigner();
  // The same key once more, under another name.
  const alias = { keyid: 'a'.repeat(64), stated: targets.stated, secret: targets.secret };
  const keys = Object.values({ ...repository.signers, second, alias });
  index.beginWith({
    keys: Object.fromEntries(keys.map(({ keyid, stated }) => [keyid, stated])),
    roles: rolesWith(index, {
      keyids: [targets.keyid, alias.keyid, second.keyid],
      threshold: 2,
    }),
  });
  repository.targetsSigners = [targets, second];
};

function rolesWith({ repository }: SignedIndex, targets: { keyids: string[]; threshold: number }) {
  const { root, timestamp, snapshot } = repository.signers;
  const one = ({ keyid }: Signer) => ({ keyids: [keyid], threshold: 1 });
  return { root: one(root), timestamp: one(timestamp), snapshot: one(snapshot), targets };
}

const tooFew = ['E-BYTES', 'WP-TUF-SIGNATURE', 'targets', 'expected 2'] as const;

export const G02: Attack = {
  id: 'G02',
  title: 'fewer signatures than the root demands',
  forms: [
    lying(
      'one holder of two',
      (index) => index.sign({ by: [index.repository.signers.targets] }),
      tooFew,
      { before: byTwo },
    ),
    lying(
      'one holder twice',
      (index) => {
        const { targets } = index.repository.signers;
        index.sign({ by: [targets, targets] });
      },
      ['E-BYTES', 'WP-TUF-MALFORMED', 'two signatures of one key id'],
      { before: byTwo },
    ),
    lying(
      'one key under two key ids',
      (index) => {
        const { targets } = index.repository.signers;
        index.sign({ by: [targets, { ...targets, keyid: 'a'.repeat(64) }] });
      },
      tooFew,
      { before: byTwo },
    ),
  ],
  twins: [
    lookingLike('both holders, and a stranger', (index, stage) => {
      byTwo(index, stage);
      const { repository } = index;
      repository.targetsSigners = [...repository.targetsSigners, makeSigner()];
      index.sign();
      pin(stage);
    }),
  ],
};

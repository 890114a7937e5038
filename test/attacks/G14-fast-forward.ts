// SPDX-License-Identifier: Apache-2.0
import { makeSigner } from '../world/tuf-repository.ts';
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { pinAtOnce, pinning, signedIndex, signHonestly } from './signed-stage.ts';
import type { Stage } from './stage.ts';

/** Whoever had the online keys has signed a version far ahead, and it was seen. */
const AFTER_THE_THEFT = {
  ask: ['good'],
  set: (stage: Stage): void => {
    signHonestly(stage);
    signedIndex(stage).sign({ version: 2 ** 31 });
    pinAtOnce(stage);
  },
};

/** The owners go on where they were. */
function goOn(stage: Stage): void {
  stage.honest();
  signedIndex(stage).sign({ version: 2 });
}

/** A root that takes the stolen keys away: clients then forget what these have signed. */
function takeAway(stage: Stage): void {
  const { repository } = signedIndex(stage);
  const { root } = repository.signers;
  repository.signers.timestamp = makeSigner();
  repository.signers.snapshot = makeSigner();
  signedIndex(stage).put('2.root.json', repository.root(2), [root]);
  goOn(stage);
}

export const G14: Attack = {
  id: 'G14',
  title: 'versions driven forward by a stolen key',
  forms: [
    {
      name: 'without a new root, nothing older is taken',
      installers: ['pip'],
      after: AFTER_THE_THEFT,
      mount: goOn,
      policy: pinning(),
      expect: refused('E-FRESH', 'WP-TUF-ROLLBACK', {
        says: ({ world }) => [world.index, 'after version 2147483648'],
      }),
      plain: BOTH_INSTALL,
      defence: 'tuf',
      stop: takeAway,
    },
  ],
  twins: [
    {
      name: 'with a new root, clients recover by themselves',
      installers: ['uv'],
      after: AFTER_THE_THEFT,
      mount: takeAway,
      policy: pinning(),
    },
  ],
};

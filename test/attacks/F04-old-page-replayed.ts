// SPDX-License-Identifier: Apache-2.0
import { cutConnection } from '../world/exchange.ts';
import { head } from '../world/tuf-repository.ts';
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { NEWER, told } from './former-pages.ts';
import {
  AFTER_A_SIGNED_INSTALL,
  lying,
  lookingLike,
  pinAtOnce,
  pinning,
  signedIndex,
  signHonestly,
} from './signed-stage.ts';
import { INDEX } from '../world/world.ts';
import { GOOD, type Stage } from './stage.ts';

const LAST_MONTH = '2020-02-29T00:00:00Z';

/** 2.0 is out and was seen; then the page and the metadata of before come again. */
function fallBack(stage: Stage): void {
  const index = signedIndex(stage);
  stage.honest();
  index.sign();
  stage.world.project('good').files = [];
  stage.world.publish(GOOD);
  index.showAgain(old.get(stage) ?? new Map());
}

const old = new WeakMap<Stage, ReadonlyMap<string, Uint8Array>>();

export const F04: Attack = {
  id: 'F04',
  title: 'an old signed page is replayed',
  forms: [
    lying(
      'the timestamp of last month',
      (index) => {
        const meta = { 'snapshot.json': { version: index.version } };
        const { timestamp } = index.repository.signers;
        const content = { ...head('timestamp', index.version), meta, expires: LAST_MONTH };
        index.put('timestamp.json', content, [timestamp]);
      },
      ['E-FRESH', 'WP-TUF-EXPIRED', 'timestamp'],
    ),
    lying(
      'the targets of last month under a new timestamp',
      (index) => {
        const { targets } = index.repository.signers;
        const content = { ...head('targets', index.version), targets: {}, expires: LAST_MONTH };
        index.put(`${index.version}.targets.json`, content, [targets]);
      },
      ['E-FRESH', 'WP-TUF-EXPIRED', 'targets'],
    ),
    {
      name: 'what was replaced, and has not expired',
      installers: ['pip'],
      after: {
        ask: ['good'],
        set: (stage) => {
          signHonestly(stage);
          old.set(stage, signedIndex(stage).photograph());
          stage.world.publish(NEWER);
          signedIndex(stage).sign();
          pinAtOnce(stage);
        },
      },
      mount: fallBack,
      policy: pinning(),
      expect: refused('E-FRESH', 'WP-TUF-ROLLBACK', {
        says: ({ world }) => [world.index, 'timestamp', 'version 1, after version 2'],
      }),
      plain: BOTH_INSTALL,
      defence: 'tuf',
      stop: (stage) => signHonestly(stage),
    },
  ],
  twins: [
    {
      ...lookingLike('a new timestamp over the same page', (index) => {
        index.repository.publishTimestamp(7, index.version);
        index.serve();
      }),
      after: AFTER_A_SIGNED_INSTALL,
    },
    {
      name: 'the index is down for an hour, and the file is known',
      installers: ['uv'],
      after: AFTER_A_SIGNED_INSTALL,
      mount: ({ world }) => world.host(INDEX).through(cutConnection),
      policy: pinning(),
      witness: told('is down'),
    },
  ],
};

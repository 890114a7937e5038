// SPDX-License-Identifier: Apache-2.0
import { head } from '../world/tuf-repository.ts';
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { NEWER } from './former-pages.ts';
import {
  AFTER_A_SIGNED_INSTALL,
  lookingLike,
  lying,
  pinAtOnce,
  pinning,
  signedIndex,
  signHonestly,
} from './signed-stage.ts';

export const F05: Attack = {
  id: 'F05',
  title: 'documents of two days mixed',
  forms: [
    lying(
      'a new snapshot with the targets of before',
      (index) => {
        const before = index.photograph().get('1.targets.json') ?? new Uint8Array();
        index.sign();
        index.putBytes('2.targets.json', before);
      },
      ['E-FRESH', 'WP-TUF-ROLLBACK', 'targets', 'expected version 2'],
    ),
    lying(
      'a page of before under the name of the new one',
      (index, { world }) => {
        index.sign();
        const [path] = Object.keys(index.targets());
        const files = world.host('index.test').files;
        const pages = [...files.keys()].filter((one) => one.includes('/targets/simple/good/'));
        for (const one of pages)
          files.set(one, files.get(pages[0] ?? '') ?? Buffer.from(path ?? ''));
      },
      ['E-BYTES', 'WP-TUF-MISMATCH', 'simple/good/'],
    ),
    {
      name: 'a new timestamp over a snapshot of before',
      installers: ['uv'],
      after: {
        ask: ['good'],
        set: (stage) => {
          signHonestly(stage);
          stage.world.publish(NEWER);
          signedIndex(stage).sign();
          pinAtOnce(stage);
        },
      },
      mount: (stage) => {
        const index = signedIndex(stage);
        const { timestamp } = index.repository.signers;
        const meta = { 'snapshot.json': { version: 1 } };
        index.put('timestamp.json', { ...head('timestamp', 3), meta }, [timestamp]);
      },
      policy: pinning(),
      expect: refused('E-FRESH', 'WP-TUF-ROLLBACK', {
        says: ({ world }) => [world.index, 'version 1, after version 2'],
      }),
      plain: BOTH_INSTALL,
      defence: 'tuf',
      stop: (stage) => signHonestly(stage),
    },
  ],
  twins: [
    {
      ...lookingLike('the new ones of all', (index, { world }) => {
        world.publish(NEWER);
        index.sign();
      }),
      after: AFTER_A_SIGNED_INSTALL,
    },
  ],
};

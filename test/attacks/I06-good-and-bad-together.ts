// SPDX-License-Identifier: Apache-2.0
import { signBare } from '../world/openpgp-keys.ts';
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { daysAgo, evilWith, HONEST_TWIN, type Keys } from './signed-release.ts';
import { EVIL, GOOD } from './stage.ts';

/** One over the evil file and one over the good one, by two keys that may both sign. */
const both = async ({ own, second }: Keys): Promise<readonly Uint8Array[]> =>
  await Promise.all([
    signBare(second.key, EVIL.bytes, { at: daysAgo(1) }),
    signBare(own.key, GOOD.bytes, { at: daysAgo(1) }),
  ]);
const ring = ({ own, second }: Keys): readonly string[] => [own.armour, second.armour];
const bad = refused('E-BYTES', 'WP-SIGNATURE-BAD', { says: () => [EVIL.filename] });

export const I06: Attack = {
  id: 'I06',
  title: 'a good and a bad signature together',
  forms: [
    {
      name: 'the good one first',
      ...evilWith(async (keys) => Buffer.concat(await both(keys)), ring),
      expect: bad,
      plain: BOTH_INSTALL,
    },
    {
      name: 'the bad one first',
      ...evilWith(async (keys) => Buffer.concat((await both(keys)).toReversed()), ring),
      expect: bad,
      plain: BOTH_INSTALL,
    },
    {
      name: 'a stranger’s, good, beside the maintainer’s, moved from another file',
      ...evilWith(async ({ own, stranger }) =>
        Buffer.concat([
          await signBare(stranger.key, EVIL.bytes, { at: daysAgo(1) }),
          await signBare(own.key, GOOD.bytes, { at: daysAgo(1) }),
        ]),
      ),
      expect: bad,
      plain: BOTH_INSTALL,
    },
  ],
  twins: [HONEST_TWIN],
};

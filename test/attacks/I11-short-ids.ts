// SPDX-License-Identifier: Apache-2.0
import { signDetached } from '../world/openpgp-keys.ts';
import { FILES, INDEX } from '../world/world.ts';
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import {
  daysAgo,
  evilWith,
  honestRelease,
  HONEST_TWIN,
  keys,
  laySignature,
  letSign,
} from './signed-release.ts';
import { EVIL } from './stage.ts';

export const I11: Attack = {
  id: 'I11',
  title: 'a key by its short id, or from a key server',
  forms: [
    ...[8, 16].map((digits) => ({
      name: `the policy names ${digits} digits`,
      mount: async (stage: Parameters<typeof honestRelease>[0]) => {
        const { own, stranger } = await keys();
        stage.listOnly(EVIL);
        laySignature(stage, await signDetached([stranger], EVIL.bytes, daysAgo(1)));
        const fingerprints = [own.fingerprint.slice(-digits)];
        await letSign(stage, { fingerprints, keyring: [own.armour] });
      },
      stop: honestRelease,
      expect: refused('E-USAGE', 'WP-POLICY-INVALID', { says: () => ['fingerprint'] }),
      plain: BOTH_INSTALL,
      defence: { because: 'there is no code that would take a short id' },
    })),
    {
      name: 'a key that nobody has is asked of nobody',
      ...evilWith(async ({ stranger }) => await signDetached([stranger], EVIL.bytes, daysAgo(1))),
      expect: refused('E-IDENTITY', 'WP-SIGNER-UNKNOWN'),
      plain: BOTH_INSTALL,
      defence: { because: 'the witness looks at who was asked' },
      witness: ({ world }) =>
        world.reached
          .filter(({ host }) => host !== INDEX && host !== FILES)
          .map(({ host }) => `asked ${host}`),
    },
  ],
  twins: [HONEST_TWIN],
};

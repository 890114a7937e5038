// SPDX-License-Identifier: Apache-2.0
import { signClear } from '../world/openpgp-keys.ts';
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { daysAgo, honestRelease, keys, laySums, letSign, vouched } from './signed-release.ts';
import { EVIL, GOOD, OLDER, type Stage } from './stage.ts';

async function publish(stage: Stage, text: string): Promise<void> {
  const { own } = await keys();
  laySums(stage, await signClear([own], text, daysAgo(1)));
  const words = { fingerprints: [own.fingerprint], keyring: [own.armour], sums: true };
  await letSign(stage, words, 'require = "publisher"\n');
}

export const I09: Attack = {
  id: 'I09',
  title: 'an old signed document replayed',
  forms: [
    {
      name: 'the list of 0.9 for 1.0',
      mount: async (stage) => {
        stage.listOnly(EVIL);
        await publish(stage, `${OLDER.sha256}  ${OLDER.filename}\n`);
      },
      stop: honestRelease,
      expect: refused('E-MISSING', 'WP-NO-VOUCHER', { says: () => [EVIL.filename] }),
      plain: BOTH_INSTALL,
      defence: 'requirement',
    },
  ],
  twins: [
    {
      name: 'one list of all releases',
      mount: async (stage) => {
        stage.honest();
        const lines = [OLDER, GOOD].map(
          ({ sha256, filename }) => `SHA256 (${filename}) = ${sha256}`,
        );
        await publish(stage, `${lines.join('\n')}\n`);
      },
      witness: vouched,
    },
  ],
};

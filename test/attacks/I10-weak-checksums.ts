// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { signClear, signDetached } from '../world/openpgp-keys.ts';
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { daysAgo, honestRelease, keys, laySums, letSign, vouched } from './signed-release.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';

const DEMAND = 'require = "publisher"\n';

async function authorise(stage: Stage): Promise<void> {
  const { own } = await keys();
  const words = { fingerprints: [own.fingerprint], keyring: [own.armour], sums: true };
  await letSign(stage, words, DEMAND);
}

export const I10: Attack = {
  id: 'I10',
  title: 'a signed document that names weak hashes alone',
  forms: (['md5', 'sha1'] as const).map((algorithm) => ({
    name: algorithm,
    mount: async (stage: Stage) => {
      const { own } = await keys();
      stage.listOnly(EVIL);
      const hex = createHash(algorithm).update(EVIL.bytes).digest('hex');
      laySums(stage, await signClear([own], `${hex}  ${EVIL.filename}\n`, daysAgo(1)));
      await authorise(stage);
    },
    stop: honestRelease,
    expect: refused('E-MISSING', 'WP-NO-VOUCHER', { says: () => [EVIL.filename] }),
    plain: BOTH_INSTALL,
    defence: 'requirement' as const,
  })),
  twins: [
    {
      name: 'beside a strong one, in a list signed beside',
      mount: async (stage) => {
        const { own } = await keys();
        stage.honest();
        const md5 = createHash('md5').update(GOOD.bytes).digest('hex');
        const list = `${md5}  ${GOOD.filename}\n${GOOD.sha256} *${GOOD.filename}\n`;
        laySums(stage, list);
        laySums(stage, await signDetached([own], Buffer.from(list), daysAgo(1)), '.asc');
        await authorise(stage);
      },
      witness: vouched,
    },
  ],
};

// SPDX-License-Identifier: Apache-2.0
import { makePgpKey, signBare, withoutCrossSignature } from '../world/openpgp-keys.ts';
import { BOTH_INSTALL, refused, type Attack, type Form } from './attack.ts';
import { daysAgo, honestRelease, laySignature, letSign, vouched } from './signed-release.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';

/** RFC 9580, section 5.2.3.29. */
const MAY_SIGN = 0x02;
const MAY_ENCRYPT = 0x04;

async function layBySubkey(stage: Stage, content: Uint8Array, flags: number | null): Promise<void> {
  const key = await makePgpKey(daysAgo(100), 'Subkey', { subkeys: [{ sign: true }] });
  const subkey = key.key.subkeys[0] ?? key.key;
  laySignature(stage, await signBare(subkey, content, { at: daysAgo(1) }));
  const armour = flags === null ? key.armour : await withoutCrossSignature(key, flags, daysAgo(99));
  await letSign(stage, { fingerprints: [key.fingerprint], keyring: [armour] });
}

const form = (
  name: string,
  code: 'WP-KEY-USAGE' | 'WP-KEY-NOT-YET-VALID',
  lay: (stage: Stage) => Promise<void>,
): Form => ({
  name,
  mount: async (stage) => {
    stage.listOnly(EVIL);
    await lay(stage);
  },
  stop: honestRelease,
  expect: refused('E-IDENTITY', code, { says: () => [EVIL.filename] }),
  plain: BOTH_INSTALL,
  defence: 'openpgp',
});

export const I12: Attack = {
  id: 'I12',
  title: 'a subkey that is not its own, or not for signing; a key newer than its signature',
  forms: [
    form('without cross-signature', 'WP-KEY-USAGE', async (stage) =>
      layBySubkey(stage, EVIL.bytes, MAY_SIGN),
    ),
    form('for encryption alone', 'WP-KEY-USAGE', async (stage) =>
      layBySubkey(stage, EVIL.bytes, MAY_ENCRYPT),
    ),
    form('newer than its signature', 'WP-KEY-NOT-YET-VALID', async (stage) => {
      const key = await makePgpKey(daysAgo(1));
      laySignature(stage, await signBare(key.key, EVIL.bytes, { at: daysAgo(2) }));
      await letSign(stage, { fingerprints: [key.fingerprint], keyring: [key.armour] });
    }),
  ],
  twins: [
    {
      name: 'a subkey that is all it should be',
      mount: async (stage) => {
        stage.honest();
        await layBySubkey(stage, GOOD.bytes, null);
      },
      witness: vouched,
    },
  ],
};

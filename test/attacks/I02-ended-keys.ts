// SPDX-License-Identifier: Apache-2.0
import * as openpgp from 'openpgp';
import { LAX, makePgpKey, signBare, signDetached, type PgpKey } from '../world/openpgp-keys.ts';
import { BOTH_INSTALL, refused, type Attack, type Form } from './attack.ts';
import { runGuarded } from './door.ts';
import { daysAgo, honestRelease, keys, laySignature, letSign, vouched } from './signed-release.ts';
import { EVIL, GOOD } from './stage.ts';

const FIFTY_DAYS = 50 * 86_400;

async function revoked({ key }: PgpKey, flag: openpgp.enums.reasonForRevocation): Promise<string> {
  const { publicKey } = await openpgp.revokeKey({
    key,
    reasonForRevocation: { flag },
    date: daysAgo(2),
    format: 'object',
    config: LAX,
  });
  return publicKey.armor();
}

/** A key, its certificate as users have it today, and when it signs. */
function signedBy(
  make: () => Promise<{ readonly key: PgpKey; readonly armour: string }>,
  at: Date,
  bare = false,
): Pick<Form, 'mount' | 'stop' | 'defence' | 'plain'> {
  return {
    mount: async (stage) => {
      const { key, armour } = await make();
      stage.listOnly(EVIL);
      const signature = bare
        ? await signBare(key.key, EVIL.bytes, { at })
        : await signDetached([key], EVIL.bytes, at);
      laySignature(stage, signature);
      await letSign(stage, { fingerprints: [key.fingerprint], keyring: [armour] });
    },
    stop: honestRelease,
    defence: 'openpgp',
    plain: BOTH_INSTALL,
  };
}

const expiring = async () => {
  const key = await makePgpKey(daysAgo(100), 'Old', { keyExpirationTime: FIFTY_DAYS });
  return { key, armour: key.armour };
};

const revokedFor = (flag: openpgp.enums.reasonForRevocation) => async () => {
  const key = await makePgpKey(daysAgo(100));
  return { key, armour: await revoked(key, flag) };
};

const { keyCompromised, keyRetired } = openpgp.enums.reasonForRevocation;

export const I02: Attack = {
  id: 'I02',
  title: 'a key that has expired or was revoked',
  forms: [
    {
      name: 'expired since it signed',
      ...signedBy(expiring, daysAgo(60)),
      expect: refused('E-IDENTITY', 'WP-KEY-EXPIRED', { says: () => [EVIL.filename] }),
    },
    {
      name: 'expired before it signed',
      ...signedBy(expiring, daysAgo(1), true),
      expect: refused('E-IDENTITY', 'WP-KEY-LIFE'),
    },
    {
      name: 'revoked as stolen',
      ...signedBy(revokedFor(keyCompromised), daysAgo(60)),
      expect: refused('E-IDENTITY', 'WP-KEY-REVOKED'),
    },
    {
      name: 'retired since it signed',
      ...signedBy(revokedFor(keyRetired), daysAgo(60)),
      expect: refused('E-IDENTITY', 'WP-KEY-REVOKED'),
    },
    {
      name: 'revoked by this user, and named by the policy',
      ...signedBy(async () => {
        const { own } = await keys();
        return { key: own, armour: own.armour };
      }, daysAgo(1)),
      run: async (stage, knock) => {
        const { own } = await keys();
        await stage.write('own.asc', own.armour);
        const reason = ['--reason', 'stolen'];
        const add = ['trust', 'key', 'add', 'good', 'own.asc', '--project', 'good', ...reason];
        await runGuarded({ ...knock, words: add, bare: true });
        const revoke = ['trust', 'key', 'revoke', 'good', ...reason];
        await runGuarded({ ...knock, words: revoke, bare: true });
        return await runGuarded(knock);
      },
      expect: refused('E-IDENTITY', 'WP-KEY-REVOKED'),
    },
  ],
  twins: [
    {
      name: 'an old release, by a key that the policy takes although it has expired',
      mount: async (stage) => {
        const { key, armour } = await expiring();
        stage.honest();
        laySignature(stage, await signDetached([key], GOOD.bytes, daysAgo(60)));
        const more = 'accept-ended-keys = true\n';
        await letSign(stage, { fingerprints: [key.fingerprint], keyring: [armour], more });
      },
      witness: vouched,
    },
  ],
};

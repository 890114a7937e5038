// SPDX-License-Identifier: Apache-2.0
import { fingerprintOf, makePgpKey, signBare, signDetached } from '../world/openpgp-keys.ts';
import { BOTH_INSTALL, OWN_SIGSTORE, refused, type Attack } from './attack.ts';
import { MALLORY } from './attested.ts';
import { runGuarded } from './door.ts';
import {
  daysAgo,
  evilWith,
  honestRelease,
  HONEST_TWIN,
  keys,
  laySignature,
  letSign,
  vouched,
} from './signed-release.ts';
import { publishList } from './sigstore-list.ts';
import { EVIL, GOOD } from './stage.ts';

const bySomebody = refused('E-IDENTITY', 'WP-SIGNER-UNKNOWN', { says: () => [EVIL.filename] });

export const I01: Attack = {
  id: 'I01',
  title: 'any key in the ring will do',
  forms: [
    {
      name: 'another key of the same ring',
      ...evilWith(
        async ({ stranger }) => await signDetached([stranger], EVIL.bytes, daysAgo(1)),
        ({ own, stranger }) => [own.armour, stranger.armour],
      ),
      expect: bySomebody,
      plain: BOTH_INSTALL,
    },
    {
      name: 'a key that nobody has',
      ...evilWith(async ({ stranger }) => await signDetached([stranger], EVIL.bytes, daysAgo(1))),
      expect: bySomebody,
      plain: BOTH_INSTALL,
    },
    {
      name: 'a list of checksums that somebody else’s workflow signed with Sigstore',
      ...OWN_SIGSTORE,
      mount: async (stage) => {
        stage.listOnly(EVIL);
        await publishList(stage, EVIL, MALLORY);
      },
      stop: async (stage) => {
        stage.honest();
        await publishList(stage, GOOD);
      },
      expect: bySomebody,
      plain: BOTH_INSTALL,
      defence: 'checksums and requirement',
    },
    {
      name: 'no signature where the policy asks for the publisher',
      mount: async (stage) => {
        const { own } = await keys();
        stage.listOnly(EVIL);
        const words = { fingerprints: [own.fingerprint], keyring: [own.armour] };
        await letSign(stage, words, 'require = "publisher"\n');
      },
      stop: honestRelease,
      expect: refused('E-MISSING', 'WP-NO-VOUCHER'),
      plain: BOTH_INSTALL,
      defence: 'requirement',
    },
  ],
  twins: [
    HONEST_TWIN,
    {
      name: 'a list of checksums that the project’s own workflow signed with Sigstore',
      ...OWN_SIGSTORE,
      mount: async (stage) => {
        stage.honest();
        await publishList(stage, GOOD);
      },
      witness: vouched,
    },
    {
      name: 'a key of the trust store',
      mount: async (stage) => {
        const { own } = await keys();
        stage.honest();
        laySignature(stage, await signDetached([own], GOOD.bytes, daysAgo(1)));
        await stage.write('own.asc', own.armour);
      },
      policy: 'require = "openpgp"\n',
      run: async (_stage, knock) => {
        const add = ['trust', 'key', 'add', 'good', 'own.asc', '--project', 'good'];
        const words = [...add, '--reason', 'met her', '--signatures', '{url}.asc'];
        const added = await runGuarded({ ...knock, words, bare: true });
        return added.exit === 0 ? await runGuarded(knock) : added;
      },
      witness: vouched,
    },
    {
      name: 'a new subkey of the same certificate (rotation)',
      mount: async (stage) => {
        const key = await makePgpKey(daysAgo(100), 'Rotated', {
          subkeys: [{ sign: true }, { sign: true, date: daysAgo(2) }],
        });
        const newest = key.key.subkeys.at(-1) ?? key.key;
        stage.honest();
        laySignature(stage, await signBare(newest, GOOD.bytes, { at: daysAgo(1) }));
        const words = { fingerprints: [fingerprintOf(key.key)], keyring: [key.armour] };
        await letSign(stage, words, 'require = "publisher"\n');
      },
      witness: vouched,
    },
    {
      name: 'several signers, one of them authorised',
      mount: async (stage) => {
        const { own, second, stranger } = await keys();
        stage.honest();
        const signers = [stranger, own, second];
        laySignature(stage, await signDetached(signers, GOOD.bytes, daysAgo(1)));
        const fingerprints = [own.fingerprint, second.fingerprint];
        const keyring = [own.armour, second.armour];
        await letSign(stage, { fingerprints, keyring, more: 'threshold = 2\n' });
      },
      witness: vouched,
    },
  ],
};

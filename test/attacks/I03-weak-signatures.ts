// SPDX-License-Identifier: Apache-2.0
import * as openpgp from 'openpgp';
import { makePgpKey, signBare } from '../world/openpgp-keys.ts';
import { BOTH_INSTALL, refused, type Attack, type Form } from './attack.ts';
import { daysAgo, honestRelease, laySignature, letSign, vouched } from './signed-release.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';

async function layWeak(
  stage: Stage,
  content: Uint8Array,
  { bits, hash }: { readonly bits: number; readonly hash: openpgp.enums.hash },
): Promise<void> {
  const key = await makePgpKey(daysAgo(100), 'RSA', { type: 'rsa', rsaBits: bits });
  laySignature(stage, await signBare(key.key, content, { at: daysAgo(1), hash }));
  await letSign(stage, { fingerprints: [key.fingerprint], keyring: [key.armour] });
}

function weak(name: string, bits: number, hash: openpgp.enums.hash): Form {
  return {
    name,
    mount: async (stage) => {
      stage.listOnly(EVIL);
      await layWeak(stage, EVIL.bytes, { bits, hash });
    },
    stop: honestRelease,
    expect: refused('E-BYTES', 'WP-SIGNATURE-WEAK', { says: () => [EVIL.filename] }),
    plain: BOTH_INSTALL,
    defence: 'openpgp',
  };
}

export const I03: Attack = {
  id: 'I03',
  title: 'a signature that can be forged',
  forms: [
    weak('over SHA-1', 2048, openpgp.enums.hash.sha1),
    weak('with RSA of 1024 bits', 1024, openpgp.enums.hash.sha256),
  ],
  twins: [
    {
      name: 'RSA of 2048 bits over SHA-256',
      mount: async (stage) => {
        stage.honest();
        await layWeak(stage, GOOD.bytes, { bits: 2048, hash: openpgp.enums.hash.sha256 });
      },
      witness: vouched,
    },
  ],
};

// SPDX-License-Identifier: Apache-2.0
import { signClear } from '../world/openpgp-keys.ts';
import { BOTH_INSTALL, refused, type Attack, type Form } from './attack.ts';
import { daysAgo, honestRelease, keys, laySums, letSign, vouched } from './signed-release.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';

const RIGHT = `SHA256 checksums\n\n${GOOD.sha256}  ${GOOD.filename}\n`;
const WRONG = `${EVIL.sha256}  ${EVIL.filename}\n`;

async function publish(stage: Stage, document: (signed: string) => string): Promise<void> {
  const { own } = await keys();
  laySums(stage, document(await signClear([own], RIGHT, daysAgo(1))));
  const words = { fingerprints: [own.fingerprint], keyring: [own.armour], sums: true };
  await letSign(stage, words, 'require = "publisher"\n');
}

function around(name: string, document: (signed: string) => string): Form {
  return {
    name,
    mount: async (stage) => {
      stage.listOnly(EVIL);
      await publish(stage, document);
    },
    stop: honestRelease,
    expect: refused('E-BYTES', ['WP-CHECKSUM-MISMATCH', 'WP-SIGNATURE-MALFORMED']),
    plain: BOTH_INSTALL,
    defence: 'checksums and requirement',
  };
}

export const I05: Attack = {
  id: 'I05',
  title: 'text around a clear-signed list of checksums',
  forms: [
    around('before', (signed) => `${WRONG}\n${signed}`),
    around('after', (signed) => `${signed}\n${WRONG}`),
    around('in its headers', (signed) => signed.replace('\n\n', `\nComment: ${WRONG.trim()}\n\n`)),
  ],
  twins: [
    {
      name: 'a document as it should be, with the line ends of Windows',
      mount: async (stage) => {
        stage.honest();
        await publish(stage, (signed) => signed.replaceAll('\n', '\r\n'));
      },
      witness: vouched,
    },
  ],
};

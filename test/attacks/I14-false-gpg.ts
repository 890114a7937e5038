// SPDX-License-Identifier: Apache-2.0
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signDetached } from '../world/openpgp-keys.ts';
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { daysAgo, evilWith, HONEST_TWIN } from './signed-release.ts';
import { EVIL, type Stage } from './stage.ts';

/** A gpg that says yes to everything, first on the path, and a home in which everybody is trusted. */
async function falseGpg({ environment }: Stage): Promise<Readonly<Record<string, string>>> {
  const folder = join(environment.root, 'false');
  const home = join(environment.root, 'gnupg');
  await mkdir(folder, { recursive: true });
  await mkdir(home, { recursive: true, mode: 0o700 });
  for (const name of ['gpg', 'gpgv', 'gpg2', 'sq']) {
    await writeFile(join(folder, name), '#!/bin/sh\necho EVIL >>"$TEST_CANARY"\nexit 0\n');
    await chmod(join(folder, name), 0o755);
  }
  const settings = 'trust-model always\nauto-key-retrieve\nkeyserver hkps://keys.evil.test\n';
  await writeFile(join(home, 'gpg.conf'), settings);
  return { PATH: `${folder}:${environment.variables['PATH'] ?? ''}`, GNUPGHOME: home };
}

export const I14: Attack = {
  id: 'I14',
  title: 'gpg itself replaced or configured',
  forms: [
    {
      name: 'a stranger’s signature',
      ...evilWith(async ({ stranger }) => await signDetached([stranger], EVIL.bytes, daysAgo(1))),
      variables: falseGpg,
      expect: refused('E-IDENTITY', 'WP-SIGNER-UNKNOWN', { says: () => [EVIL.filename] }),
      plain: BOTH_INSTALL,
    },
  ],
  twins: [{ ...HONEST_TWIN, variables: falseGpg }],
};

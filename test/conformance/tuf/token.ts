// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Signer } from '../../../src/core/tuf-repository.ts';
import { openPkcs11 } from '../../../src/host/index.ts';
import { cacheFolder } from './clients.ts';

/* A holder whose key is in a token: SoftHSM2, through pkcs11js. */

const LIBRARY = '/usr/lib/softhsm/libsofthsm2.so';
const PACKAGE = 'pkcs11js';
const VERSION = '2.1.7';

/** @returns `null` where there is no SoftHSM2, or pkcs11js cannot be built here. */
export async function tokenHolder(ground: string, tell: (line: string) => void) {
  if (!existsSync(LIBRARY)) {
    tell('a holder with a token: skipped, softhsm2 is not here');
    return null;
  }
  const folder = installedPkcs11js();
  if (folder === null) {
    tell(`a holder with a token: skipped, ${PACKAGE} cannot be built here`);
    return null;
  }
  return await makeHolder(ground, folder);
}

/** Native code, built where nothing of ours needs it: never among our own packages. */
function installedPkcs11js(): string | null {
  const cache = cacheFolder();
  const folder = join(cache, 'node_modules', PACKAGE);
  try {
    if (!existsSync(join(folder, 'build', 'Release', 'pkcs11.node'))) {
      mkdirSync(cache, { recursive: true });
      const allowScripts = { [`${PACKAGE}@${VERSION}`]: true };
      writeFileSync(join(cache, 'package.json'), JSON.stringify({ private: true, allowScripts }));
      const words = ['install', '--no-audit', '--no-fund', `${PACKAGE}@${VERSION}`];
      execFileSync('npm', words, { cwd: cache, stdio: 'ignore' });
    }
    return folder;
  } catch {
    return null;
  }
}

async function makeHolder(ground: string, folder: string): Promise<Signer> {
  const tokens = join(ground, 'tokens');
  mkdirSync(tokens);
  const file = join(ground, 'softhsm2.conf');
  writeFileSync(file, `directories.tokendir = ${tokens}\nlog.level = ERROR\n`);
  process.env['SOFTHSM2_CONF'] = file;
  const words = ['--init-token', '--free', '--label', 'root', '--pin', '1234', '--so-pin', '5678'];
  execFileSync('softhsm2-util', words, { stdio: 'ignore' });
  const { loadCryptoki, makePkcs11Key, pkcs11Signer } = await openPkcs11();
  const cryptoki = loadCryptoki({ WHEELPROOF_PKCS11JS: folder });
  const address = `pkcs11:token=root;object=holder?module-path=${LIBRARY}`;
  const pin = () => Promise.resolve('1234');
  await makePkcs11Key(address, cryptoki, pin);
  return await pkcs11Signer(address, cryptoki, pin);
}

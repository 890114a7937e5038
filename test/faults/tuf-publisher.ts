// SPDX-License-Identifier: Apache-2.0
import { createPrivateKey, createPublicKey, hash, sign } from 'node:crypto';
import type { Signer, StagedFolder } from '../../src/core/tuf-repository.ts';
import { openStagedFolder } from '../../src/storage/index.ts';
import { createRepository, PROFILES, RepositoryWriter, rotateOnline } from '../../src/tuf/index.ts';

// One writer of a TUF repository in a process of its own, which SIGKILL ends before its n-th write:
// FOLDER WORK N (N = 0: never).

const [, , folder = '', work = '', last = '0'] = process.argv;
let writes = 0;

function next(): void {
  if (++writes === Number(last)) process.kill(process.pid, 'SIGKILL');
}

const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A key that every process finds again. */
function signerNamed(name: string): Signer {
  const der = Buffer.concat([PKCS8_HEAD, hash('sha256', name, 'buffer')]);
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(secret).export({ format: 'jwk' });
  return {
    publicKey: Buffer.from(x ?? '', 'base64url').toString('hex'),
    sign: (message) => Promise.resolve(sign(null, message, secret)),
  };
}

const real = await openStagedFolder(folder);
const deadly: StagedFolder = {
  ...real,
  stage: async (files) => {
    for (const file of files) {
      next();
      await real.stage([file]);
    }
  },
  commit: async (names) => {
    for (const name of names) {
      next();
      await real.commit([name]);
    }
  },
  sync: async () => {
    next();
    await real.sync();
  },
};

const lives = PROFILES.server;
const now = Date.now();
const online = signerNamed('online');
const holders = ['a', 'b', 'c'].map(signerNamed);
if (work === 'create')
  await createRepository(deadly, { holders, threshold: 2, online, bits: 2, lives, now });
else if (work === 'publish') {
  const target = { length: 3, sha256: hash('sha256', 'new', 'hex') };
  const writer = await RepositoryWriter.open(deadly, lives);
  await writer.publish([{ path: 'packages/a/a-1.tar.gz', target }], online, now);
} else {
  const wish = { next: signerNamed('next'), old: online, holders, lives, now };
  await rotateOnline(deadly, wish);
}
process.stdout.write(`${writes}\n`);

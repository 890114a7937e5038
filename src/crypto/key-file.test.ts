// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeKeyFile, openKeyFile, publicKeyOf } from './key-file.ts';
import { readPublicKey } from './public-key.ts';
import { Refusal } from '../core/errors.ts';

const MESSAGE = Buffer.from('message');

describe('a key file', () => {
  it('signs what its public key verifies', async () => {
    const file = await makeKeyFile('pass ä');
    const signer = await openKeyFile(file, 'pass a\u0308', 'key');
    expect(signer.publicKey).toBe(publicKeyOf(file, 'key'));
    const stated = { keytype: 'ed25519', scheme: 'ed25519', public: signer.publicKey };
    expect(readPublicKey(stated)?.verifies(MESSAGE, await signer.sign(MESSAGE))).toBe(true);
  });

  it('opens with its passphrase alone, and only as it was written', async () => {
    const file = await makeKeyFile('right');
    const text = Buffer.from(file).toString();
    await expect(openKeyFile(file, 'wrong', 'key')).rejects.toMatchObject({ code: 'WP-TUF-KEY' });
    const other = publicKeyOf(await makeKeyFile('right'), 'key');
    for (const changed of [
      text.replace(publicKeyOf(file, 'key'), other),
      text.replace('131072', '1024'),
      text.replace('"p": 1', '"p": 2'),
      text.replace(/"sealed": "./u, (found) =>
        found.endsWith('A') ? `${found.slice(0, -1)}B` : `${found.slice(0, -1)}A`,
      ),
    ]) {
      expect(changed).not.toBe(text);
      const work = openKeyFile(Buffer.from(changed), 'right', 'key');
      await expect(work).rejects.toMatchObject({ code: 'WP-TUF-KEY' });
    }
  });

  it('is refused where it is something else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        try {
          publicKeyOf(Buffer.from(text), 'key');
          return false;
        } catch (error) {
          return error instanceof Refusal && error.code === 'WP-TUF-KEY';
        }
      }),
    );
  });
});

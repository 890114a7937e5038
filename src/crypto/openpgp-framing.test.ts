// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import * as openpgp from 'openpgp';
import { expect, test } from 'vitest';
import { makePgpKey } from '../../test/world/openpgp-keys.ts';
import { hasMorePackets, isArmouredRing } from './openpgp-framing.ts';
import { readKeyring } from './openpgp.ts';

test('packets are counted as OpenPGP.js reads them, whatever their lengths look like', () => {
  const bodies = [0, 1, 191, 192, 8_383, 8_384, 70_000];
  const frame = (length: number): Buffer => {
    const packet = Buffer.alloc(length, 1);
    const head =
      length < 192
        ? [0xca, length]
        : length < 8_384
          ? [0xca, ((length - 192) >> 8) + 192, (length - 192) & 0xff]
          : [0xca, 0xff, 0, length >> 16, (length >> 8) & 0xff, length & 0xff];
    return Buffer.concat([Buffer.from(head), packet]);
  };
  const old = Buffer.concat([Buffer.from([0xa9, 1, 0]), Buffer.alloc(256)]);
  const parts = Buffer.concat([Buffer.from([0xca, 0xe1, 1, 1, 0xe0, 1, 2, 1, 1])]);
  const all = Buffer.concat([...bodies.map(frame), old, parts]);
  expect(hasMorePackets(all, 8)).toBe(true);
  expect(hasMorePackets(all, 9)).toBe(false);
});

test('any bytes come to an end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(20), (bytes, most) => {
      expect(typeof hasMorePackets(bytes, most)).toBe('boolean');
    }),
  );
});

test('a keyring may have text before it, as projects publish them; binary ones are none', async () => {
  const { armour, key, fingerprint } = await makePgpKey(new Date('2026-01-01T00:00:00Z'));
  const text = `pub   ed25519 2026-01-01\nuid  Somebody\n\n${armour}\nand another:\n\n${armour}`;
  const found = await readKeyring(Buffer.from(text));
  expect(found.map((one) => one.fingerprint)).toEqual([fingerprint, fingerprint]);
  const bom = Buffer.from(`\u{feff}${armour}`);
  expect((await readKeyring(bom))[0]?.fingerprint).toBe(fingerprint);
  const user = openpgp.UserIDPacket.fromObject({
    name: '\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n',
  });
  expect(isArmouredRing(Buffer.concat([key.toPublic().write(), user.write()]))).toBe(false);
});

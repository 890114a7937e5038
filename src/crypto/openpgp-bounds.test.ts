// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { makePgpKey } from '../../test/world/openpgp-keys.ts';
import { checkDetached, readKeyring } from './openpgp.ts';

const NOW = Date.parse('2026-11-01T00:00:00Z');
const armour = (kind: string): string => `-----BEGIN PGP ${kind}-----\n\n`;

test('a file of more armours than anybody has is refused before they are read', async () => {
  const keyring = Buffer.from(armour('PUBLIC KEY BLOCK').repeat(20_000));
  await expect(readKeyring(keyring)).rejects.toThrow(/more than 256 certificates/u);
  const { armour: certificate } = await makePgpKey(new Date(NOW - 86_400_000));
  const many = Buffer.from(`${certificate}\n`.repeat(257));
  await expect(readKeyring(many)).rejects.toThrow(/more than 256 certificates/u);
  const check = { certificates: [Buffer.from(certificate)], now: NOW };
  const signatures = Buffer.from(armour('SIGNATURE').repeat(2_000));
  await expect(checkDetached(Buffer.from('x'), signatures, check)).rejects.toThrow(
    /more than 16 signatures/u,
  );
});

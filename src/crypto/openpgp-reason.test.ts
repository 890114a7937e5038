// SPDX-License-Identifier: Apache-2.0
import * as openpgp from 'openpgp';
import { describe, expect, it } from 'vitest';
import { checkDetached, readKeyring } from './openpgp.ts';

const NOW = Date.parse('2026-11-01T00:00:00Z');
const DAY = 86_400_000;
const file = Buffer.from('the file');
const userIDs = [{ name: 'Maintainer' }];

type Options = Partial<Parameters<typeof openpgp.generateKey>[0]>;

async function keyOf(options: Options = {}): Promise<openpgp.PrivateKey> {
  const date = new Date(NOW - 100 * DAY);
  const { privateKey } = await openpgp.generateKey({
    userIDs,
    date,
    ...options,
    format: 'object',
  });
  return privateKey;
}

/** Whatever it may be: the attacker has no scruples. */
const LAX: openpgp.PartialConfig = {
  minRSABits: 1024,
  rejectHashAlgorithms: new Set(),
  rejectMessageHashAlgorithms: new Set(),
  rejectPublicKeyAlgorithms: new Set(),
  nonDeterministicSignaturesViaNotation: false,
};

async function signed(
  key: openpgp.PrivateKey,
  { at = NOW - DAY, config = LAX }: { at?: number; config?: openpgp.PartialConfig } = {},
): Promise<Uint8Array> {
  const message = await openpgp.createMessage({ binary: file });
  const options = {
    message,
    signingKeys: key,
    detached: true,
    date: new Date(at),
    config,
  } as const;
  return Buffer.from(await openpgp.sign(options));
}

const outcomeOf = async (key: openpgp.Key, signature: Uint8Array, now = NOW) => {
  const certificates = [Buffer.from(key.toPublic().armor())];
  const [outcome] = await checkDetached(file, signature, { certificates, now });
  return outcome;
};

describe('why a signature counts for nothing', () => {
  it('a key that expires: while it lives, when it has ended, when it signs afterwards', async () => {
    const key = await keyOf({ keyExpirationTime: (50 * DAY) / 1000 });
    const early = await signed(key, { at: NOW - 60 * DAY });
    expect(await outcomeOf(key, early, NOW - 55 * DAY)).not.toHaveProperty('ended');
    expect(await outcomeOf(key, early)).toMatchObject({ good: true, ended: 'expired' });
    await expect(signed(key)).rejects.toThrow(/expired/u);
  });

  it('revoked: for ever where it may be stolen, from then on where it is only retired', async () => {
    const key = await keyOf();
    const signature = await signed(key, { at: NOW - 60 * DAY });
    const { keyCompromised, keyRetired } = openpgp.enums.reasonForRevocation;
    const revoke = async (flag: openpgp.enums.reasonForRevocation) => {
      const reasonForRevocation = { flag };
      const date = new Date(NOW - 2 * DAY);
      const options = { key, reasonForRevocation, date, format: 'object' } as const;
      return (await openpgp.revokeKey(options)).publicKey;
    };
    expect(await outcomeOf(await revoke(keyCompromised), signature)).toMatchObject({
      code: 'WP-KEY-REVOKED',
    });
    expect(await outcomeOf(await revoke(keyRetired), signature)).toMatchObject({
      good: true,
      ended: 'revoked',
    });
  });

  it('weak: SHA-1, and RSA of 1024 bits', async () => {
    const key = await keyOf();
    const sha1 = { ...LAX, preferredHashAlgorithm: openpgp.enums.hash.sha1 };
    const rsa = await keyOf({ type: 'rsa', rsaBits: 1024, config: LAX });
    const old = await keyOf({ type: 'rsa', rsaBits: 2048, config: sha1 });
    const packet = await signed(old, { config: sha1 });
    expect(await outcomeOf(old, packet)).toMatchObject({ code: 'WP-SIGNATURE-WEAK' });
    expect(await outcomeOf(rsa, await signed(rsa))).toMatchObject({ code: 'WP-SIGNATURE-WEAK' });
    expect(await outcomeOf(key, await signed(key))).toMatchObject({ good: true });
  });

  it('weak: what a key says of itself over SHA-1, since that can be forged', async () => {
    const rsa = { type: 'rsa', rsaBits: 2048 } as const;
    const config = { ...LAX, preferredHashAlgorithm: openpgp.enums.hash.sha1 };
    const signature = { at: NOW - DAY, config: LAX };
    const late = await keyOf({ ...rsa, config });
    expect(await outcomeOf(late, await signed(late, signature))).toMatchObject({
      code: 'WP-SIGNATURE-WEAK',
      reason: expect.stringContaining('SHA-1'),
    });
    const early = await keyOf({ ...rsa, config, date: new Date('2020-01-31T00:00:00Z') });
    expect(await outcomeOf(early, await signed(early, signature))).toMatchObject({ good: true });
    // An older word of the key is not put in the place of a newer one.
    const strong = await keyOf(rsa);
    const again = await openpgp.reformatKey({
      privateKey: strong,
      userIDs,
      config,
      date: new Date(NOW - 2 * DAY),
      format: 'object',
    });
    const [newer] = again.publicKey.users[0]?.selfCertifications ?? [];
    const mixed = strong.toPublic();
    const [own] = mixed.users;
    if (own === undefined || newer === undefined) throw new Error('no user');
    own.selfCertifications.push(newer);
    expect(await outcomeOf(mixed, await signed(strong, signature))).toMatchObject({
      code: 'WP-SIGNATURE-WEAK',
    });
  });

  it('of the future, of another key, over other bytes', async () => {
    const key = await keyOf();
    const other = await keyOf();
    const signature = await signed(key);
    expect(await outcomeOf(key, signature, NOW - 2 * DAY)).toMatchObject({
      code: 'WP-SIGNATURE-FUTURE',
    });
    expect(await outcomeOf(other, signature)).toMatchObject({ code: 'WP-SIGNER-UNKNOWN' });
    const certificates = [Buffer.from(key.toPublic().armor())];
    const [outcome] = await checkDetached(Buffer.from('x'), signature, { certificates, now: NOW });
    expect(outcome).toMatchObject({ code: 'WP-SIGNATURE-BAD' });
  });

  it('by a subkey: as its own certificate has it, and not without its cross-signature', async () => {
    const key = await keyOf({ subkeys: [{ sign: true }] });
    const signature = await signed(key);
    const [keyring] = await readKeyring(Buffer.from(key.toPublic().armor()));
    expect(await outcomeOf(key, signature)).toMatchObject({
      good: true,
      primary: keyring?.fingerprint,
      signer: keyring?.subkeys[0],
    });
    // Somebody else claims the subkey for himself.
    const thief = await keyOf();
    const [subkey] = key.toPublic().subkeys;
    const stolen = thief.toPublic();
    if (subkey) stolen.subkeys.push(subkey);
    expect(await outcomeOf(stolen, signature)).toMatchObject({ good: false });
    // The cross-signature is taken out.
    const bare = key.toPublic();
    for (const binding of bare.subkeys[0]?.bindingSignatures ?? [])
      binding.embeddedSignature = null;
    expect(bare.armor()).toContain('PUBLIC KEY');
  });

  it('by a subkey that is for encryption alone', async () => {
    const key = await keyOf({ subkeys: [{ sign: true }] });
    const signature = await signed(key);
    const other = await openpgp.reformatKey({ privateKey: key, userIDs, format: 'object' });
    expect((await outcomeOf(other.publicKey, signature))?.good).toBe(false);
  });
});

describe('a signature over a stream', () => {
  it('is read once for all packets, and comes to the same', async () => {
    const [one, two] = [await keyOf(), await keyOf()];
    const both = Buffer.concat(
      await Promise.all(
        [one, two].map(async (key) => {
          const message = await openpgp.createMessage({ binary: file });
          const options = { message, signingKeys: key, detached: true, format: 'binary' } as const;
          return await openpgp.sign({ ...options, date: new Date(NOW - DAY) });
        }),
      ),
    );
    const certificates = [one, two].map((key) => Buffer.from(key.toPublic().armor()));
    let opened = 0;
    const stream = () => {
      opened++;
      return new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(file.subarray(0, 3));
          controller.enqueue(file.subarray(3));
          controller.close();
        },
      });
    };
    const outcomes = await checkDetached(stream, both, { certificates, now: NOW });
    expect(outcomes.map(({ good }) => good)).toEqual([true, true]);
    expect(opened).toBe(1);
  });
});

// SPDX-License-Identifier: Apache-2.0
import * as openpgp from 'openpgp';

/** A maintainer's OpenPGP key in the hands of a test. */
export interface PgpKey {
  readonly key: openpgp.PrivateKey;
  /** Upper-case. */
  readonly fingerprint: string;
  /** The certificate, armoured. */
  readonly armour: string;
}

type Options = Partial<Parameters<typeof openpgp.generateKey>[0]>;

/** An attacker has no scruples, and no old program has any either. */
export const LAX: openpgp.PartialConfig = {
  minRSABits: 1024,
  rejectHashAlgorithms: new Set(),
  rejectMessageHashAlgorithms: new Set(),
  rejectPublicKeyAlgorithms: new Set(),
  // The salt that OpenPGP.js adds is not to be had for SHA-1.
  nonDeterministicSignaturesViaNotation: false,
};

/** Its types do not tell of the last parameter, without which it does not work. */
async function sign(packet: openpgp.SignaturePacket, ...words: readonly unknown[]): Promise<void> {
  const method: unknown = Reflect.get(packet, 'sign');
  if (typeof method !== 'function') throw new TypeError('another OpenPGP.js');
  await Reflect.apply(method, packet, [...words, { ...openpgp.config, ...LAX }]);
}

export async function makePgpKey(
  made: Date,
  name = 'Maintainer',
  options: Options = {},
): Promise<PgpKey> {
  const { privateKey: key } = await openpgp.generateKey({
    userIDs: [{ name }],
    date: made,
    config: LAX,
    ...options,
    format: 'object',
  });
  return { key, fingerprint: fingerprintOf(key), armour: key.toPublic().armor() };
}

export function fingerprintOf(key: openpgp.Key | openpgp.Subkey): string {
  return key.getFingerprint().toUpperCase();
}

/** A detached signature by each key, armoured. */
export async function signDetached(
  keys: readonly PgpKey[],
  content: Uint8Array,
  at: Date,
): Promise<string> {
  const message = await openpgp.createMessage({ binary: content });
  const signingKeys = keys.map(({ key }) => key);
  return await openpgp.sign({ message, signingKeys, detached: true, date: at, config: LAX });
}

/** A clear-signed text. */
export async function signClear(keys: readonly PgpKey[], text: string, at: Date): Promise<string> {
  const message = await openpgp.createCleartextMessage({ text });
  const signingKeys = keys.map(({ key }) => key);
  return await openpgp.sign({ message, signingKeys, date: at, config: LAX });
}

/** A whole signed message, which brings its own bytes along. */
export async function signInline({ key }: PgpKey, content: Uint8Array, at: Date): Promise<string> {
  const message = await openpgp.createMessage({ binary: content });
  return await openpgp.sign({ message, signingKeys: key, date: at, config: LAX });
}

/** A signature packet by one key packet, whatever that key may do or be: binary. */
export async function signBare(
  { keyPacket }: openpgp.PrivateKey | openpgp.Subkey,
  content: Uint8Array,
  { at, hash = openpgp.enums.hash.sha512 }: { readonly at: Date; readonly hash?: number },
): Promise<Uint8Array> {
  const packet = new openpgp.SignaturePacket();
  packet.signatureType = openpgp.enums.signature.binary;
  packet.hashAlgorithm = hash;
  packet.publicKeyAlgorithm = keyPacket.algorithm;
  const [literal] = (await openpgp.createMessage({ binary: content })).packets;
  await sign(packet, keyPacket, literal, at, true);
  const list = new openpgp.PacketList<openpgp.SignaturePacket>();
  list.push(packet);
  return list.write();
}

/** The certificate with one subkey, bound with these flags and no word of the subkey itself. */
export async function withoutCrossSignature(
  { key }: PgpKey,
  flags: number,
  at: Date,
): Promise<string> {
  const certificate = key.toPublic();
  const [subkey] = certificate.subkeys;
  if (subkey === undefined) throw new Error('the key has no subkey');
  const packet = new openpgp.SignaturePacket();
  packet.signatureType = openpgp.enums.signature.subkeyBinding;
  packet.hashAlgorithm = openpgp.enums.hash.sha512;
  packet.publicKeyAlgorithm = key.keyPacket.algorithm;
  packet.keyFlags = new Uint8Array([flags]);
  const bound = { key: key.keyPacket, bind: subkey.keyPacket };
  await sign(packet, key.keyPacket, bound, at, false);
  subkey.bindingSignatures = [packet];
  return certificate.armor();
}

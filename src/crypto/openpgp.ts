// SPDX-License-Identifier: Apache-2.0
import { ReadableStream } from 'node:stream/web';
import type {
  PublicKey as Certificate,
  Signature,
  SignaturePacket,
  VerifyMessageResult,
} from 'openpgp';
import type { Code } from '../core/codes.ts';
import { MAX_SIGNATURE_BYTES } from '../core/limits.ts';
import { load, openKeyrings, type OpenedKeyring } from './openpgp-certificates.ts';
import { digestsOf, type SignedBytes } from './openpgp-digest.ts';
import { armoursIn, hasMorePackets, isArmoured, textOf } from './openpgp-framing.ts';
import { codeOfReason, endOfReason } from './openpgp-reason.ts';

export type { SignedBytes } from './openpgp-digest.ts';
export { openKeyrings } from './openpgp-certificates.ts';

/** What became of one signature packet. */
export type PgpOutcome =
  | {
      readonly good: true;
      /** Upper-case fingerprint of the key or subkey that signed. */
      readonly signer: string;
      /** Upper-case fingerprint of the certificate it belongs to. */
      readonly primary: string;
      /** Milliseconds since 1970, as the signature states. */
      readonly made: number;
      readonly mode: 'binary' | 'text';
      /** Its key was right when it signed, and is no longer. */
      readonly ended?: 'expired' | 'revoked';
    }
  | {
      readonly good: false;
      /** The key that the signature names, 16 hexadecimal digits. */
      readonly keyid: string;
      readonly code: Code;
      readonly reason: string;
    };

export interface PgpCheck {
  /** Certificates in armour or binary form, each may hold several; or as they were read before. */
  readonly certificates: readonly Uint8Array[] | OpenedKeyring;
  /** Nothing made after this time counts; milliseconds since 1970. */
  readonly now: number;
}

/** RFC 9580, section 5.2.1.2. */
const TEXT_SIGNATURE = 0x01;
const MAX_SIGNATURES = 16;
/** Trust packets and the like may stand between signatures. */
const MAX_PACKETS = 64;

/**
 * Checks a detached signature (RFC 9580, section 10.4) over a file's bytes, packet by packet: SHA-1,
 * MD5 and DSA, keys that had expired or were revoked when they signed, subkeys without a
 * cross-signature count for nothing.
 *
 * @throws Error for what is neither a detached signature nor a certificate.
 */
export async function checkDetached(
  data: SignedBytes,
  signature: Uint8Array,
  { certificates, now }: PgpCheck,
): Promise<readonly PgpOutcome[]> {
  const openpgp = await load();
  const ring = await opened(certificates);
  const keys = [...ring.keys];
  const packets = await readPackets(signature);
  const ofKeys = packets.filter(({ issuerKeyID }) =>
    keys.some((key) => key.getKeys(issuerKeyID).length > 0),
  );
  const digests = await digestsOf(data, ofKeys);
  const outcomes: PgpOutcome[] = [];
  for (const packet of packets) {
    // One at a time: the library copies what it streams once for each, and looks for the key last.
    const one = new openpgp.PacketList<SignaturePacket>();
    one.push(packet);
    const alone = new openpgp.Signature(one);
    const digest = digests.get(packet);
    // A library that knew this no more would find the digest of nothing, and refuse.
    if (digest !== undefined) Reflect.set(packet, 'hashed', digest);
    const isLeft = digest === undefined && ofKeys.includes(packet);
    const bytes = isLeft ? data : new Uint8Array();
    const message =
      bytes instanceof Uint8Array
        ? await openpgp.createMessage({ binary: bytes })
        : await openpgp.createMessage({ binary: ReadableStream.from(bytes()) });
    const result = await openpgp.verify({
      message,
      signature: alone,
      verificationKeys: keys,
      date: new Date(now),
      format: 'binary',
    });
    const { signatures } = result;
    await drain(result.data);
    outcomes.push(...(await outcomesOf(signatures, ring, now)));
  }
  return outcomes;
}

/**
 * Checks a clear-signed message (RFC 9580, section 7).
 * @returns the signed text alone, never what stands around it.
 * @throws Error for what is no clear-signed message.
 */
export async function checkClearSigned(
  document: Uint8Array,
  { certificates, now }: PgpCheck,
): Promise<{ readonly text: string; readonly outcomes: readonly PgpOutcome[] }> {
  const openpgp = await load();
  const ring = await opened(certificates);
  const cleartextMessage = textOf(document);
  const armourAt = cleartextMessage.lastIndexOf('-----BEGIN PGP SIGNATURE');
  if (cleartextMessage.length - armourAt > MAX_SIGNATURE_BYTES) throw new Error(TOO_MANY);
  const message = await openpgp.readCleartextMessage({ cleartextMessage });
  if (message.getSigningKeyIDs().length > MAX_SIGNATURES) throw new Error(TOO_MANY);
  const verificationKeys = [...ring.keys];
  const result = await openpgp.verify({ message, verificationKeys, date: new Date(now) });
  const outcomes = await outcomesOf(result.signatures, ring, now);
  return { text: message.getText(), outcomes };
}

/** Of each certificate in a keyring: who it says that it is, and its fingerprint. */
export interface CertificateWords {
  /** Upper-case. */
  readonly fingerprint: string;
  /** Upper-case fingerprints of its subkeys. */
  readonly subkeys: readonly string[];
  /** Hostile text, escape before showing. */
  readonly users: readonly string[];
  /** Milliseconds since 1970. */
  readonly made: number;
}

/** @throws Error for what holds no certificate. */
export async function readKeyring(file: Uint8Array): Promise<readonly CertificateWords[]> {
  const ring = await openKeyrings([file]);
  if (ring.keys.length === 0) throw new Error([...ring.refused.values()][0] ?? 'no key in it');
  return wordsOfKeyring(ring);
}

export function wordsOfKeyring({ keys }: OpenedKeyring): readonly CertificateWords[] {
  return keys.map((certificate) => ({
    fingerprint: certificate.getFingerprint().toUpperCase(),
    subkeys: certificate.getSubkeys().map((one) => one.getFingerprint().toUpperCase()),
    users: certificate.getUserIDs(),
    made: certificate.getCreationTime().getTime(),
  }));
}

async function opened(certificates: PgpCheck['certificates']): Promise<OpenedKeyring> {
  return 'refused' in certificates ? certificates : await openKeyrings(certificates);
}

async function outcomesOf(
  results: VerifyMessageResult['signatures'],
  { keys, refused, weakened }: OpenedKeyring,
  now: number,
): Promise<readonly PgpOutcome[]> {
  return await Promise.all(
    results.map(async ({ keyID, verified, signature }): Promise<PgpOutcome> => {
      const keyid = keyID.toHex().toUpperCase();
      try {
        await verified;
        return await goodOutcome(await signature, keyid, { certificates: keys, now });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { good: false, keyid, ...whyNot(reason, refused.get(keyid), weakened.get(keyid)) };
      }
    }),
  );
}

/** What was taken out of a keyring explains what the library no longer finds in it. */
function whyNot(
  found: string,
  refused: string | undefined,
  weakened: string | undefined,
): { readonly code: Code; readonly reason: string } {
  const code = codeOfReason(found);
  if (refused !== undefined && code === 'WP-SIGNER-UNKNOWN') {
    return { code: 'WP-SIGNATURE-LIMIT', reason: refused };
  }
  if (weakened !== undefined && code === 'WP-KEY-USAGE') {
    return { code: 'WP-SIGNATURE-WEAK', reason: `${found}: ${weakened}` };
  }
  return { code, reason: found };
}

async function goodOutcome(
  { packets }: Signature,
  keyid: string,
  { certificates, now }: { readonly certificates: readonly Certificate[]; readonly now: number },
): Promise<PgpOutcome> {
  const [packet] = packets;
  const holders = certificates.flatMap((certificate) =>
    certificate
      .getKeys()
      .filter((key) => key.getKeyID().toHex().toUpperCase() === keyid)
      .map((key) => ({ certificate, key })),
  );
  const [holder] = holders;
  const made = packet?.created?.getTime();
  if (packet === undefined || made === undefined || holder === undefined)
    throw new Error('the signature says neither who made it nor when');
  // Two keys of one 64-bit id: which of them signed, the library does not tell.
  const signers = new Set(holders.map(({ key }) => key.getFingerprint()));
  if (signers.size > 1) throw new Error('Two keys have the id that the signature names');
  const ended = await endOf(holder.certificate, holder.key.getKeyID(), now);
  return {
    good: true,
    signer: holder.key.getFingerprint().toUpperCase(),
    primary: holder.certificate.getFingerprint().toUpperCase(),
    made,
    mode: Number(packet.signatureType) === TEXT_SIGNATURE ? 'text' : 'binary',
    ...(ended !== null && { ended }),
  };
}

/** How the key that signed rightly has ended since. */
async function endOf(
  certificate: Certificate,
  keyid: ReturnType<Certificate['getKeyID']>,
  now: number,
): Promise<'expired' | 'revoked' | null> {
  try {
    await certificate.getSigningKey(keyid, new Date(now));
    return null;
  } catch (error) {
    return endOfReason(error instanceof Error ? error.message : String(error));
  }
}

/** The library hashes what is read, and only then. */
async function drain(data: unknown): Promise<void> {
  if (!(data instanceof ReadableStream)) return;
  const reader = data.getReader();
  while (!(await reader.read()).done);
}

const TOO_MANY = `more than ${MAX_SIGNATURES} signatures`;

/** Of all armours in the file: several signers' are often put one behind the other. */
async function readPackets(signature: Uint8Array): Promise<readonly SignaturePacket[]> {
  const openpgp = await load();
  const armours = isArmoured(signature) ? armoursIn(signature) : null;
  if (armours !== null && armours.length > MAX_SIGNATURES) throw new Error(TOO_MANY);
  const parts = armours === null ? [signature] : await Promise.all(armours.map(unarmoured));
  if (parts.some((part) => hasMorePackets(part, MAX_PACKETS))) throw new Error(TOO_MANY);
  const read = await Promise.all(
    parts.map((binarySignature) => openpgp.readSignature({ binarySignature })),
  );
  const packets = read.flatMap((one) => [...one.packets]);
  if (packets.length > MAX_SIGNATURES) throw new Error(TOO_MANY);
  return packets;
}

async function unarmoured(armour: string): Promise<Uint8Array> {
  const { enums, unarmor } = await load();
  const { type, data } = await unarmor(armour);
  if (type !== enums.armor.signature) throw new Error('Armored text not of type signature');
  if (data instanceof Uint8Array) return data;
  throw new Error('the armour cannot be read');
}

// SPDX-License-Identifier: Apache-2.0
import { ReadableStream } from 'node:stream/web';
import type {
  PublicKey as Certificate,
  Signature,
  SignaturePacket,
  VerifyMessageResult,
} from 'openpgp';
import type { Code } from '../core/codes.ts';
import { codeOfReason, endOfReason } from './openpgp-reason.ts';

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
  /** Certificates in armour or binary form; each may hold several. */
  readonly certificates: readonly Uint8Array[];
  /** Nothing made after this time counts; milliseconds since 1970. */
  readonly now: number;
}

/** A file's bytes: in memory, or to be read from the start as often as there are signatures. */
export type SignedBytes = Uint8Array | (() => ReadableStream<Uint8Array>);

/** RFC 9580, section 5.2.1.2. */
const TEXT_SIGNATURE = 0x01;
const MAX_SIGNATURES = 16;
/** In one file; each costs the check of what it says of itself. */
const MAX_CERTIFICATES = 256;

/** Loaded when the first signature comes: it takes longer to read than all of wheelproof. */
const load = () => import('openpgp');

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
  const keys = await readCertificates(certificates);
  const packets = await readPackets(signature);
  const outcomes: PgpOutcome[] = [];
  for (const packet of packets) {
    // One at a time: the library copies what it streams once for each, and looks for the key last.
    const one = new openpgp.PacketList<SignaturePacket>();
    one.push(packet);
    const alone = new openpgp.Signature(one);
    const named = alone.getSigningKeyIDs().some((id) => keys.some((key) => key.getKeys(id).length));
    const bytes = named ? data : new Uint8Array();
    const message =
      bytes instanceof Uint8Array
        ? await openpgp.createMessage({ binary: bytes })
        : await openpgp.createMessage({ binary: bytes() });
    const result = await openpgp.verify({
      message,
      signature: alone,
      verificationKeys: keys,
      date: new Date(now),
      format: 'binary',
    });
    const { signatures } = result;
    await drain(result.data);
    outcomes.push(...(await outcomesOf(signatures, keys, now)));
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
  const verificationKeys = await readCertificates(certificates);
  const message = await openpgp.readCleartextMessage({ cleartextMessage: textOf(document) });
  const result = await openpgp.verify({ message, verificationKeys, date: new Date(now) });
  if (result.signatures.length > MAX_SIGNATURES) throw new Error(TOO_MANY);
  const outcomes = await outcomesOf(result.signatures, verificationKeys, now);
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
  /** `null`: never; `undefined`: revoked, or nothing that it says of itself holds. */
  readonly expires: number | null | undefined;
}

/** @throws Error for what holds no certificate. */
export async function readKeyring(file: Uint8Array): Promise<readonly CertificateWords[]> {
  const certificates = await readCertificates([file]);
  return await Promise.all(
    certificates.map(async (certificate): Promise<CertificateWords> => {
      const end = await certificate.getExpirationTime().catch(() => null);
      return {
        fingerprint: certificate.getFingerprint().toUpperCase(),
        subkeys: certificate.getSubkeys().map((one) => one.getFingerprint().toUpperCase()),
        users: certificate.getUserIDs(),
        made: certificate.getCreationTime().getTime(),
        expires: end instanceof Date ? end.getTime() : end === null ? undefined : null,
      };
    }),
  );
}

/** A private key never gets further than here. */
async function readCertificates(files: readonly Uint8Array[]): Promise<Certificate[]> {
  const openpgp = await load();
  const read = files.flatMap((bytes) => {
    if (!isArmoured(bytes)) return [openpgp.readKeys({ binaryKeys: bytes })];
    const armours = armoursIn(bytes);
    if (armours.length > MAX_CERTIFICATES) throw new Error(TOO_MANY_KEYS);
    return armours.map((armoredKeys) => openpgp.readKeys({ armoredKeys }));
  });
  const keys = await Promise.all(read);
  if (keys.some((one) => one.length > MAX_CERTIFICATES)) throw new Error(TOO_MANY_KEYS);
  return keys.flat().map((key) => key.toPublic());
}

async function outcomesOf(
  results: VerifyMessageResult['signatures'],
  certificates: readonly Certificate[],
  now: number,
): Promise<readonly PgpOutcome[]> {
  return await Promise.all(
    results.map(async ({ keyID, verified, signature }): Promise<PgpOutcome> => {
      const keyid = keyID.toHex().toUpperCase();
      try {
        await verified;
        return await goodOutcome(await signature, keyid, { certificates, now });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { good: false, keyid, code: codeOfReason(reason), reason };
      }
    }),
  );
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

const TOO_MANY_KEYS = `more than ${MAX_CERTIFICATES} certificates in one file`;
const TOO_MANY = `more than ${MAX_SIGNATURES} signatures`;

/** Of all armours in the file: several signers' are often put one behind the other. */
async function readPackets(signature: Uint8Array): Promise<readonly SignaturePacket[]> {
  const openpgp = await load();
  const armours = isArmoured(signature) ? armoursIn(signature) : null;
  if (armours !== null && armours.length > MAX_SIGNATURES) throw new Error(TOO_MANY);
  const read =
    armours === null
      ? [await openpgp.readSignature({ binarySignature: signature })]
      : await Promise.all(
          armours.map((armoredSignature) => openpgp.readSignature({ armoredSignature })),
        );
  const packets = read.flatMap((one) => [...one.packets]);
  if (packets.length > MAX_SIGNATURES) throw new Error(TOO_MANY);
  return packets;
}

/** The library reads the first armour of a text, and would overlook the others. */
function armoursIn(bytes: Uint8Array): readonly string[] {
  const text = textOf(bytes);
  const starts = [...text.matchAll(/^-----BEGIN PGP /gmu)].map(({ index }) => index);
  return starts.map((start, place) => text.slice(start, starts[place + 1]));
}

function isArmoured(bytes: Uint8Array): boolean {
  return /^\s*-----BEGIN PGP /u.test(textOf(bytes.subarray(0, 200)));
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

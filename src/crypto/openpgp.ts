// SPDX-License-Identifier: Apache-2.0
import type { PublicKey as Certificate, Signature, VerifyMessageResult } from 'openpgp';

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
    }
  | {
      readonly good: false;
      /** The key that the signature names, 16 hexadecimal digits. */
      readonly keyid: string;
      readonly reason: string;
    };

export interface PgpCheck {
  /** Certificates in armour or binary form; each may hold several. */
  readonly certificates: readonly Uint8Array[];
  /** Nothing made after this time counts; milliseconds since 1970. */
  readonly now: number;
}

/** RFC 9580, section 5.2.1.2. */
const TEXT_SIGNATURE = 0x01;

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
  data: Uint8Array,
  signature: Uint8Array,
  { certificates, now }: PgpCheck,
): Promise<readonly PgpOutcome[]> {
  const openpgp = await load();
  const verificationKeys = await readCertificates(certificates);
  const result = await openpgp.verify({
    message: await openpgp.createMessage({ binary: data }),
    signature: isArmoured(signature)
      ? await openpgp.readSignature({ armoredSignature: textOf(signature) })
      : await openpgp.readSignature({ binarySignature: signature }),
    verificationKeys,
    date: new Date(now),
    format: 'binary',
  });
  return await outcomesOf(result.signatures, verificationKeys);
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
  const outcomes = await outcomesOf(result.signatures, verificationKeys);
  return { text: message.getText(), outcomes };
}

async function readCertificates(files: readonly Uint8Array[]): Promise<Certificate[]> {
  const openpgp = await load();
  const read = files.map((bytes) =>
    isArmoured(bytes)
      ? openpgp.readKeys({ armoredKeys: textOf(bytes) })
      : openpgp.readKeys({ binaryKeys: bytes }),
  );
  return (await Promise.all(read)).flat().map((key) => key.toPublic());
}

async function outcomesOf(
  results: VerifyMessageResult['signatures'],
  certificates: readonly Certificate[],
): Promise<readonly PgpOutcome[]> {
  return await Promise.all(
    results.map(async ({ keyID, verified, signature }): Promise<PgpOutcome> => {
      const keyid = keyID.toHex().toUpperCase();
      try {
        await verified;
        return goodOutcome(await signature, keyid, certificates);
      } catch (error) {
        return {
          good: false,
          keyid,
          reason: error instanceof Error ? error.message : String(error),
        };
      }
    }),
  );
}

function goodOutcome(
  { packets }: Signature,
  keyid: string,
  certificates: readonly Certificate[],
): PgpOutcome {
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
  if (signers.size > 1) throw new Error('two keys have the id that the signature names');
  return {
    good: true,
    signer: holder.key.getFingerprint().toUpperCase(),
    primary: holder.certificate.getFingerprint().toUpperCase(),
    made,
    mode: Number(packet.signatureType) === TEXT_SIGNATURE ? 'text' : 'binary',
  };
}

function isArmoured(bytes: Uint8Array): boolean {
  return /^\s*-----BEGIN PGP /u.test(textOf(bytes.subarray(0, 200)));
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

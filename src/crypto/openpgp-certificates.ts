// SPDX-License-Identifier: Apache-2.0
import type { Key, PublicKey as Certificate, SignaturePacket, Subkey } from 'openpgp';
import { armoursIn, hasMorePackets, isArmouredRing } from './openpgp-framing.ts';

/*
 * Certificates before they are believed anything: read within bounds, so that nobody's keyring keeps
 * a machine busy, and without what can be forged.
 */

/** In one file. */
const MAX_CERTIFICATES = 256;
/** In one file of at most 1 MiB: no more than real signatures would fill. */
const MAX_PACKETS = 5_000;
/** The richest of 905 certificates of a distribution's developers has 70. */
const MAX_SELF_SIGNATURES = 500;
const MAX_MODULUS_BYTES = 2_048;
const MAX_EXPONENT_BYTES = 8;
/** RSA of this many bytes, and elliptic curves, are checked natively in a fraction of a millisecond. */
const USUAL_MODULUS_BYTES = 512;
/** What OpenPGP.js reckons itself takes longer. */
const SLOW = 10;

/** From then on collisions with a chosen prefix were for sale, and a signature of a key could be moved to other words (Leurent and Peyrin, 2020). */
const SHA1_FORGEABLE_SINCE = Date.UTC(2020, 1, 1);
const SHA1 = 2;

/** Keyrings that were read, to be asked as often as there are signatures. */
export interface OpenedKeyring {
  readonly keys: readonly Certificate[];
  /** By key id: why this key's certificate cannot be asked. */
  readonly refused: ReadonlyMap<string, string>;
  /** By key id: what of its certificate counts for nothing. */
  readonly weakened: ReadonlyMap<string, string>;
}

/** Loaded when the first signature comes: it takes longer to read than all of wheelproof. */
export const load = () => import('openpgp');

/**
 * Reads keyrings, armoured or binary; each may hold several certificates. A private key never gets
 * further than here.
 *
 * @throws Error for what holds no certificate, or more than anybody has.
 */
export async function openKeyrings(files: readonly Uint8Array[]): Promise<OpenedKeyring> {
  const found = await Promise.all(files.map(async (file) => await certificatesIn(file)));
  const refused = new Map<string, string>();
  const weakened = new Map<string, string>();
  const keys = found.flat().filter((certificate) => {
    const ids = certificate.getKeyIDs().map((id) => id.toHex().toUpperCase());
    const why = whyTooMuch(certificate);
    if (why !== null) ids.forEach((id) => refused.set(id, why));
    else if (dropForgeable(certificate)) ids.forEach((id) => weakened.set(id, WEAKENED));
    return why === null;
  });
  return { keys, refused, weakened };
}

const WEAKENED =
  'what a key says of itself counts for nothing over SHA-1 since February 2020, when that could be forged';

async function certificatesIn(file: Uint8Array): Promise<readonly Certificate[]> {
  const openpgp = await load();
  const parts = isArmouredRing(file) ? await unarmoured(armoursIn(file)) : [file];
  let left = MAX_CERTIFICATES;
  const read: Certificate[] = [];
  for (const binaryKeys of parts) {
    if (hasMorePackets(binaryKeys, MAX_PACKETS)) {
      throw new Error(`more than ${MAX_PACKETS} packets in one keyring`);
    }
    const keys = await openpgp.readKeys({ binaryKeys });
    left -= keys.length;
    if (left < 0) throw new Error(TOO_MANY_KEYS);
    read.push(...keys.map((key) => key.toPublic()));
  }
  return read;
}

const TOO_MANY_KEYS = `more than ${MAX_CERTIFICATES} certificates in one file`;

async function unarmoured(armours: readonly string[]): Promise<readonly Uint8Array[]> {
  const { enums, unarmor } = await load();
  if (armours.length > MAX_CERTIFICATES) throw new Error(TOO_MANY_KEYS);
  return await Promise.all(
    armours.map(async (armour) => {
      const { type, data } = await unarmor(armour);
      if (type !== enums.armor.publicKey && type !== enums.armor.privateKey) {
        throw new Error('Armored text not of type key');
      }
      if (data instanceof Uint8Array) return data;
      throw new Error('the armour cannot be read');
    }),
  );
}

/** Checking what it says of itself must end in time: so many signatures, each by such a key. */
function whyTooMuch(certificate: Certificate): string | null {
  const weights = certificate.getKeys().map((key) => weightOf(key.keyPacket));
  if (weights.includes(Infinity)) {
    return 'a key of a size that nobody uses, which would take long to check';
  }
  const own = componentsOf(certificate).reduce((sum, { count }) => sum + count, 0);
  const most = Math.floor(MAX_SELF_SIGNATURES / Math.max(...weights));
  if (own <= most) return null;
  return `its certificate has signed itself ${own} times, expected at most ${most}: export it with \`gpg --export-options export-clean\``;
}

function weightOf({ algorithm, publicParams }: KeyPacket): number {
  const length = (name: string): number => {
    const value: unknown = Reflect.get(publicParams, name);
    return value instanceof Uint8Array ? value.length : 0;
  };
  const modulus = Math.max(length('n'), length('p'));
  if (modulus > MAX_MODULUS_BYTES || length('e') > MAX_EXPONENT_BYTES) return Infinity;
  if (length('q') > USUAL_MODULUS_BYTES) return Infinity;
  const size = Math.max(1, (modulus / USUAL_MODULUS_BYTES) ** 2);
  const isUsual = USUAL.has(algorithm);
  return isUsual ? size : size * SLOW;
}

/** RSA, ECDH, ECDSA, EdDSA in both forms, X25519 (RFC 9580, section 9.1). */
const USUAL: ReadonlySet<number> = new Set([1, 2, 3, 18, 19, 22, 25, 27]);

type KeyPacket = Pick<(Key | Subkey)['keyPacket'], 'algorithm' | 'publicParams'>;

interface Component {
  /** Signatures by the certificate itself. */
  readonly count: number;
  readonly signatures: SignaturePacket[];
  readonly keep: (signatures: SignaturePacket[]) => void;
}

function componentsOf(certificate: Certificate): readonly Component[] {
  // Its types do not tell of it.
  const direct: unknown = Reflect.get(certificate, 'directSignatures');
  const directs = Array.isArray(direct) ? direct.filter(isSignature) : [];
  return [
    {
      count: directs.length + certificate.revocationSignatures.length,
      signatures: directs,
      keep: (signatures) => Reflect.set(certificate, 'directSignatures', signatures),
    },
    ...certificate.users.map((user) => ({
      count: user.selfCertifications.length + user.revocationSignatures.length,
      signatures: user.selfCertifications,
      keep: (signatures: SignaturePacket[]) => void (user.selfCertifications = signatures),
    })),
    ...certificate.subkeys.map((subkey) => ({
      count: subkey.bindingSignatures.length + subkey.revocationSignatures.length,
      signatures: subkey.bindingSignatures,
      keep: (signatures: SignaturePacket[]) => void (subkey.bindingSignatures = signatures),
    })),
  ];
}

function isSignature(value: unknown): value is SignaturePacket {
  return typeof value === 'object' && value !== null && 'signatureType' in value;
}

/**
 * Takes out what could have been moved here from somewhere else. Where that was the last word, an
 * older one is not put in its place. Revocations stay.
 */
function dropForgeable(certificate: Certificate): boolean {
  const touched = componentsOf(certificate).filter(({ signatures }) =>
    signatures.some(isForgeable),
  );
  for (const { signatures, keep } of touched) {
    const [newest] = signatures.toSorted((one, other) => timeOf(other) - timeOf(one));
    const hasStrong = newest !== undefined && !isForgeable(newest);
    keep(hasStrong ? signatures.filter((one) => !isForgeable(one)) : []);
  }
  return touched.length > 0;
}

function isForgeable(signature: SignaturePacket): boolean {
  const { embeddedSignature } = signature;
  const inner = embeddedSignature === null ? [] : [embeddedSignature];
  return [signature, ...inner].some(
    (one) => Number(one.hashAlgorithm) === SHA1 && timeOf(one) >= SHA1_FORGEABLE_SINCE,
  );
}

function timeOf({ created }: SignaturePacket): number {
  return created?.getTime() ?? 0;
}

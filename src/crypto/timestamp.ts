// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { maySign, readCertificate, type Certificate } from './certificate.ts';
import { chainFault } from './certificate-chain.ts';
import {
  constructed,
  elementsOf,
  expectTag,
  integerBytes,
  oidOf,
  readDer,
  smallInteger,
  TAG,
  timeOf,
  type Der,
} from './der.ts';
import { malformed } from './malformed.ts';
import { hasSigned } from './signature.ts';
import type { TimestampAuthority } from './trusted-root.ts';

const OID = {
  signedData: '1.2.840.113549.1.7.2',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  timestamping: '1.3.6.1.5.5.7.3.8',
} as const;

const HASHES: ReadonlyMap<string, string> = new Map([
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);

/** Signature algorithms that fix their hash; plain RSA (1.2.840.113549.1.1.1) takes the digest's. */
const SIGNATURE_HASHES: ReadonlyMap<string, string | null> = new Map([
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
  ['1.3.101.112', null],
]);
const RSA = '1.2.840.113549.1.1.1';

/** An RFC 3161 timestamp, read and not yet verified. */
export interface Timestamp {
  /** What it says of itself: milliseconds since 1970. */
  readonly time: number;
  readonly info: Der;
  readonly imprintHash: string;
  readonly imprint: Buffer;
  readonly signerIssuer: Buffer;
  readonly signerSerial: Buffer;
  readonly digestHash: string;
  /** The signed attributes, as the SET that is signed. */
  readonly attributes: Buffer;
  readonly messageDigest: Buffer;
  readonly signature: Buffer;
  /** `null`: the algorithm hashes by itself. */
  readonly signatureHash: string | null;
  readonly embedded: readonly Certificate[];
}

/**
 * Reads a TimeStampResp (RFC 3161, 2.4.2) and the CMS SignedData in it (RFC 5652, 5.1).
 * @throws Refusal `WP-ATTESTATION-MALFORMED`
 */
export function readTimestamp(bytes: Buffer): Timestamp {
  const [status, token] = elementsOf(readDer(bytes));
  // granted, or granted with modifications
  if (smallInteger(elementsOf(expectTag(status, TAG.sequence))[0]) > 1) {
    throw malformed('the timestamp was not granted');
  }
  const [type, holder] = elementsOf(expectTag(token, TAG.sequence));
  if (oidOf(type) !== OID.signedData) throw malformed('the timestamp is not signed data');
  const [signedData] = elementsOf(expectTag(holder, constructed(0)), constructed(0));
  const [version, digests, encapsulated, ...rest] = elementsOf(expectTag(signedData, TAG.sequence));
  requireVersion(version, 3);
  const info = readInfo(expectTag(encapsulated, TAG.sequence));
  const [certificates, signers] = rest.length === 1 ? [undefined, ...rest] : rest;
  if (rest.length > 2) throw malformed('the timestamp holds more than certificates and a signer');
  const [signer, ...others] = elementsOf(expectTag(signers, TAG.set), TAG.set);
  if (others.length > 0) throw malformed('the timestamp has several signers');
  const signed = readSigner(expectTag(signer, TAG.sequence));
  const used = elementsOf(expectTag(digests, TAG.set), TAG.set).map((each) => hashNamed(each));
  if (!used.includes(signed.digestHash)) throw malformed('the timestamp hides its hash');
  return {
    ...info,
    ...signed,
    embedded:
      certificates === undefined
        ? []
        : elementsOf(certificates, constructed(0)).map((entry) => readCertificate(entry.bytes)),
  };
}

function readInfo(encapsulated: Der) {
  const [type, holder] = elementsOf(encapsulated);
  if (oidOf(type) !== OID.timestampInfo) throw malformed('the signed data is not a timestamp');
  const [octets] = elementsOf(expectTag(holder, constructed(0)), constructed(0));
  const info = readDer(expectTag(octets, TAG.octetString).content);
  const [version, , messageImprint, , time] = elementsOf(info);
  requireVersion(version, 1);
  const [algorithm, imprint] = elementsOf(expectTag(messageImprint, TAG.sequence));
  return {
    info,
    time: timeOf(expectTag(time, TAG.generalizedTime)),
    imprintHash: hashNamed(algorithm),
    imprint: expectTag(imprint, TAG.octetString).content,
  };
}

/** RFC 5652: 3 where the content is not plain data, 1 where a signer is named by issuer. */
function requireVersion(version: Der | undefined, wanted: number): void {
  if (smallInteger(version) !== wanted) throw malformed('the timestamp is of an unknown version');
}

function hashNamed(algorithm: Der | undefined): string {
  const oid = algorithmNamed(algorithm);
  const hash = HASHES.get(oid);
  if (hash === undefined) throw malformed(`the timestamp uses the hash ${oid}`);
  return hash;
}

function readSigner(signer: Der) {
  const [version, name, algorithm, attributes, signedBy, signature] = elementsOf(signer);
  requireVersion(version, 1);
  const [issuer, serial] = elementsOf(expectTag(name, TAG.sequence));
  const signed = expectTag(attributes, constructed(0));
  const values = new Map<string, Der>();
  for (const attribute of elementsOf(signed, constructed(0))) {
    const [type, set] = elementsOf(attribute);
    const [value, ...others] = elementsOf(expectTag(set, TAG.set), TAG.set);
    const oid = oidOf(type);
    if (value === undefined || others.length > 0 || values.has(oid)) {
      throw malformed('a signed attribute of the timestamp has several values');
    }
    values.set(oid, value);
  }
  if (oidOf(values.get(OID.contentType)) !== OID.timestampInfo) {
    throw malformed('the signature is not over a timestamp');
  }
  return {
    signerIssuer: expectTag(issuer, TAG.sequence).bytes,
    signerSerial: integerBytes(serial),
    digestHash: hashNamed(algorithm),
    // Signed as a SET, sent as [0] (RFC 5652, 5.4).
    attributes: Buffer.concat([Buffer.from([TAG.set]), signed.bytes.subarray(1)]),
    messageDigest: expectTag(values.get(OID.messageDigest), TAG.octetString).content,
    signature: expectTag(signature, TAG.octetString).content,
    signatureHash: signatureHashNamed(signedBy, algorithm),
  };
}

/** An AlgorithmIdentifier whose parameters say nothing (RFC 5754, 2). */
function algorithmNamed(algorithm: Der | undefined): string {
  const [oid, parameters, ...more] = elementsOf(expectTag(algorithm, TAG.sequence));
  const silent = parameters === undefined || parameters.bytes.equals(NULL);
  if (!silent || more.length > 0) throw malformed('the timestamp has an algorithm with parameters');
  return oidOf(oid);
}

const NULL = Buffer.from([5, 0]);

function signatureHashNamed(signedBy: Der | undefined, digest: Der | undefined): string | null {
  const oid = algorithmNamed(signedBy);
  const hash = oid === RSA ? hashNamed(digest) : SIGNATURE_HASHES.get(oid);
  if (hash === undefined) throw malformed(`the timestamp is signed by ${oid}`);
  return hash;
}

/**
 * Why this authority did not timestamp these bytes, or `null` where it did.
 * The signing certificate is found by issuer and serial number: the trusted root's own, or, where
 * that names none, one that the timestamp brings and the chain has signed.
 */
export function timestampFault(
  timestamp: Timestamp,
  data: Uint8Array,
  authority: TimestampAuthority,
): string | null {
  const signer = signerUnder(timestamp, authority);
  if (signer === null) return 'another authority made the timestamp';
  const fault = chainFault(signer, authority.chain, timestamp.time);
  if (fault !== null) return fault.why;
  if (!maySign(signer, OID.timestamping)) return 'the certificate is not for timestamps';
  const hashed = createHash(timestamp.imprintHash).update(data).digest();
  if (!hashed.equals(timestamp.imprint)) return 'the timestamp is of other bytes';
  const digest = createHash(timestamp.digestHash).update(timestamp.info.bytes).digest();
  if (!digest.equals(timestamp.messageDigest)) return 'the timestamp was changed';
  const { attributes, signature, signatureHash } = timestamp;
  return hasSigned(signer.publicKey, attributes, signature, signatureHash)
    ? null
    : "the timestamp's signature is wrong";
}

/** `null`: not made by this authority at all. */
export function signerUnder(
  timestamp: Timestamp,
  authority: TimestampAuthority,
): Certificate | null {
  const candidates = authority.leaf === null ? timestamp.embedded : [authority.leaf];
  const made = ({ issuer, serial }: Certificate): boolean =>
    issuer.equals(timestamp.signerIssuer) && serial.equals(timestamp.signerSerial);
  return candidates.find(made) ?? null;
}

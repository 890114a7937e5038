// SPDX-License-Identifier: Apache-2.0
import { X509Certificate, type KeyObject } from 'node:crypto';
import {
  booleanOf,
  constructed,
  elementsOf,
  expectTag,
  integerBytes,
  oidOf,
  primitive,
  readDer,
  smallInteger,
  TAG,
  timeOf,
  type Der,
} from './der.ts';
import { malformed } from './malformed.ts';

export interface Extension {
  readonly critical: boolean;
  /** The content of its OCTET STRING. */
  readonly value: Buffer;
}

/** An X.509 v3 certificate (RFC 5280), cut into the parts that proofs are about; nothing verified yet. */
export interface Certificate {
  readonly der: Buffer;
  /** The fields of the part that is signed, in order. */
  readonly tbsFields: readonly Der[];
  readonly serial: Buffer;
  /** Names as DER, since only equal bytes are the same name here. */
  readonly issuer: Buffer;
  readonly subject: Buffer;
  /** Milliseconds since 1970, both inclusive. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly spki: Buffer;
  readonly publicKey: KeyObject;
  readonly extensions: ReadonlyMap<string, Extension>;
  /** Whether this key made that certificate's signature. */
  signed(other: Certificate): boolean;
  readonly native: X509Certificate;
}

const OID = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** Signatures that count: SHA-2 with ECDSA or RSA, and Ed25519. */
const SIGNATURE_ALGORITHMS: ReadonlySet<string> = new Set([
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  '1.3.101.112',
]);

/** @throws Refusal `WP-ATTESTATION-MALFORMED` */
export function readCertificate(der: Buffer): Certificate {
  const [tbs, algorithm, , ...more] = elementsOf(readDer(der));
  if (tbs === undefined || more.length > 0) throw malformed('a certificate has other parts');
  if (!SIGNATURE_ALGORITHMS.has(oidOf(elementsOf(expectTag(algorithm, TAG.sequence))[0]))) {
    throw malformed('a certificate is signed by an algorithm that is not accepted');
  }
  const tbsFields = elementsOf(tbs);
  const [version, serial, , issuer, validity, subject, spki, ...rest] = tbsFields;
  if (smallInteger(elementsOf(expectTag(version, constructed(0)), constructed(0))[0]) !== 2) {
    throw malformed('a certificate is not of version 3');
  }
  const [notBefore, notAfter] = elementsOf(expectTag(validity, TAG.sequence));
  let native: X509Certificate;
  let publicKey: KeyObject;
  try {
    native = new X509Certificate(der);
    publicKey = native.publicKey;
  } catch (cause) {
    throw malformed('a certificate or its key cannot be read', cause);
  }
  const certificate: Certificate = {
    der,
    tbsFields,
    serial: integerBytes(serial),
    issuer: expectTag(issuer, TAG.sequence).bytes,
    subject: expectTag(subject, TAG.sequence).bytes,
    notBefore: timeOf(notBefore),
    notAfter: timeOf(notAfter),
    spki: expectTag(spki, TAG.sequence).bytes,
    publicKey,
    extensions: readExtensions(rest),
    signed: (other) => verifies(other.native, publicKey),
    native,
  };
  return certificate;
}

function verifies(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.verify(key);
  } catch {
    return false; // a key of another kind has not signed it
  }
}

function readExtensions(rest: readonly Der[]): ReadonlyMap<string, Extension> {
  const found = new Map<string, Extension>();
  const holder = rest.find(({ tag }) => tag === constructed(3));
  if (holder === undefined) return found;
  const [list, ...more] = elementsOf(holder, constructed(3));
  if (more.length > 0) throw malformed('a certificate has two lists of extensions');
  for (const extension of elementsOf(expectTag(list, TAG.sequence))) {
    const [oid, ...parts] = elementsOf(extension);
    const name = oidOf(oid);
    const critical = parts.length === 2 && booleanOf(parts[0]);
    const value = expectTag(parts.at(-1), TAG.octetString).content;
    if (parts.length > 2 || found.has(name)) throw malformed(`extension ${name} is there twice`);
    found.set(name, { critical, value });
  }
  return found;
}

export const isValidAt = (certificate: Certificate, time: number): boolean =>
  certificate.notBefore <= time && time <= certificate.notAfter;

/** `null`: not an authority. */
export function authorityDepth(certificate: Certificate): number | null {
  const extension = certificate.extensions.get(OID.basicConstraints);
  if (extension === undefined) return null;
  const fields = elementsOf(readDer(extension.value));
  if (fields[0] === undefined || !booleanOf(fields[0])) return null;
  const depth = fields[1] === undefined ? Infinity : smallInteger(fields[1]);
  const usage = keyUsage(certificate);
  return usage === null || (usage & KEY_CERT_SIGN) !== 0 ? depth : null;
}

const DIGITAL_SIGNATURE = 0x80;
const KEY_CERT_SIGN = 0x04;

function keyUsage(certificate: Certificate): number | null {
  const extension = certificate.extensions.get(OID.keyUsage);
  if (extension === undefined) return null;
  const { content } = expectTag(readDer(extension.value), TAG.bitString);
  return content[1] ?? 0;
}

/** A leaf that may sign, and for this purpose (an OID of extended key usage). */
export function maySign(certificate: Certificate, purpose: string): boolean {
  const usage = keyUsage(certificate);
  if (usage !== null && (usage & DIGITAL_SIGNATURE) === 0) return false;
  const purposes = certificate.extensions.get(OID.extendedKeyUsage);
  if (purposes === undefined) return false;
  return elementsOf(readDer(purposes.value)).some((item) => oidOf(item) === purpose);
}

/** Which key it says it is, or was signed by. */
export function keyIdentifiers(certificate: Certificate): {
  readonly own: Buffer | null;
  readonly issuer: Buffer | null;
} {
  const own = certificate.extensions.get(OID.subjectKeyId);
  const issuer = certificate.extensions.get(OID.authorityKeyId);
  const named =
    issuer === undefined
      ? undefined
      : elementsOf(readDer(issuer.value)).find(({ tag }) => tag === primitive(0));
  return {
    own: own === undefined ? null : expectTag(readDer(own.value), TAG.octetString).content,
    issuer: named?.content ?? null,
  };
}

/** Critical extensions whose meaning nobody here knows (RFC 5280, 4.2: such a certificate is rejected). */
export function unknownCritical(certificate: Certificate): string | null {
  for (const [oid, { critical }] of certificate.extensions) {
    if (critical && !UNDERSTOOD.has(oid)) return oid;
  }
  return null;
}

const UNDERSTOOD: ReadonlySet<string> = new Set([...Object.values(OID), '2.5.29.17']);

// SPDX-License-Identifier: Apache-2.0
import { createHash, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  bitString,
  boolean,
  context,
  implicit,
  integer,
  octetString,
  oid,
  sequence,
  set,
  time,
  utf8,
} from './der.ts';

/*
 * X.509 certificates written on node:crypto alone, so that tests need no openssl on the machine.
 * RFC 5280 profile: what strict OpenSSL and Python (VERIFY_X509_STRICT) accept.
 */

export type KeyType = 'ec' | 'rsa' | 'rsa-1024' | 'ed25519';
export type SignedOver = 'sha256' | 'sha1';

export interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface CertificateParts {
  /** Its common name; nameless where empty. */
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly issuer: string;
  readonly issuerKeys: Keys;
  /** SHA-256 where absent. */
  readonly hash?: SignedOver;
  /** The certificate of an authority whose key it claims to be signed by. */
  readonly claims?: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly Buffer[];
  /** Its INTEGER's bytes; random where absent. */
  readonly serial?: Buffer;
  /** One more extension, made of the signed part as it is without it (RFC 6962, 3.1). */
  readonly promise?: (precertificate: Buffer) => Buffer | null;
}

export function generateKeys(type: KeyType): Keys {
  if (type === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  if (type === 'rsa-1024') return generateKeyPairSync('rsa', { modulusLength: 1024 });
  if (type === 'ed25519') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** A certificate as DER. */
export function certificate(parts: CertificateParts): Buffer {
  const algorithm = signatureAlgorithm(parts.issuerKeys.privateKey, parts.hash ?? 'sha256');
  const serial = integer(parts.serial ?? newSerial());
  const signedWith = (more: readonly Buffer[]): Buffer =>
    sequence(
      context(0, integer(Buffer.from([2]))),
      serial,
      algorithm.identifier,
      commonName(parts.issuer),
      sequence(time(parts.notBefore), time(parts.notAfter)),
      commonName(parts.subject),
      spkiOf(parts.publicKey),
      context(
        3,
        sequence(
          ...parts.extensions,
          extension('2.5.29.14', octetString(keyId(parts.publicKey))),
          extension('2.5.29.35', sequence(implicit(0, keyId(claimedKey(parts))))),
          ...more,
        ),
      ),
    );
  const promise = parts.promise?.(signedWith([])) ?? null;
  const toBeSigned = signedWith(promise === null ? [] : [promise]);
  const signature = sign(algorithm.hash, toBeSigned, parts.issuerKeys.privateKey);
  return sequence(toBeSigned, algorithm.identifier, bitString(signature));
}

/** Positive, and without zeros before it. */
export const newSerial = (): Buffer => Buffer.concat([Buffer.from([1]), randomBytes(15)]);

function claimedKey({ claims, issuerKeys }: CertificateParts): KeyObject {
  return claims === undefined ? issuerKeys.publicKey : new X509Certificate(claims).publicKey;
}

function signatureAlgorithm(
  key: KeyObject,
  hash: SignedOver,
): { identifier: Buffer; hash: string | null } {
  if (key.asymmetricKeyType === 'ed25519')
    return { identifier: sequence(oid('1.3.101.112')), hash: null };
  if (key.asymmetricKeyType === 'rsa') {
    const nothing = Buffer.from([5, 0]);
    return {
      identifier: sequence(oid(`1.2.840.113549.1.1.${hash === 'sha1' ? 5 : 11}`), nothing),
      hash,
    };
  }
  return { identifier: sequence(oid(`1.2.840.10045.4.${hash === 'sha1' ? '1' : '3.2'}`)), hash };
}

/** A name of one common name, or of nothing. */
export function commonName(name: string): Buffer {
  return name === '' ? sequence() : sequence(set(sequence(oid('2.5.4.3'), utf8(name))));
}

export function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

export function spkiOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

function keyId(publicKey: KeyObject): Buffer {
  return createHash('sha1').update(spkiOf(publicKey)).digest();
}

export function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/gu) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

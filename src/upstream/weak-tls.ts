// SPDX-License-Identifier: Apache-2.0
import type { X509Certificate } from 'node:crypto';
import { safeText } from '../core/safe-text.ts';
import { publicKeyOf } from './certificate-chain.ts';
import { commonNameOf } from './certificate-fault.ts';

/*
 * What TLS still allows and nobody should need any more (attack D04): RSA key exchange (no forward
 * secrecy), cipher suites whose integrity is SHA-1, RSA and DH under 2048 bits, and signatures over
 * SHA-1 or older below a root.
 */

export const MIN_KEY_BITS = 2048;

/**
 * The suites that are offered, whatever the environment's options make of Node's own list. Without
 * `weak` a server that has nothing better ends the handshake.
 */
export function offeredSuites(weak: 'offered' | 'left out'): string {
  return weak === 'offered' ? SUITES : `${SUITES}:!kRSA:!SHA1`;
}

const SUITES = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE+AESGCM',
  'ECDHE+CHACHA20',
  'DHE+AESGCM',
  'HIGH',
  '!aNULL',
  '!eNULL',
  '!EXPORT',
  '!DES',
  '!3DES',
  '!RC4',
  '!MD5',
  '!PSK',
  '!SRP',
  '!CAMELLIA',
].join(':');

/** How OpenSSL says that its security level refuses something; Node gives these no code. */
const TOO_WEAK_FOR_OPENSSL: readonly (readonly [says: RegExp, words: string])[] = [
  [/EE certificate key too weak/u, 'the key of its certificate is too short'],
  [/CA certificate key too weak/u, 'a key in its chain is too short'],
  [/digest algorithm too weak/u, 'a certificate in its chain is signed over a broken hash'],
  [/dh key too small|DH parameter size/iu, 'the keys that it exchanges are too short'],
];

/** What an error of the handshake says of weakness; `null` where it is about something else. */
export function weaknessNamed(
  error: { readonly code: string; readonly message: string },
  refuseWeakTls: boolean,
): string | null {
  const known = TOO_WEAK_FOR_OPENSSL.find(([says]) => says.test(error.message));
  if (known !== undefined) return known[1];
  const isDeclined = /ALERT_HANDSHAKE_FAILURE$|NO_SHARED_CIPHER$/u.test(error.code);
  return isDeclined && refuseWeakTls
    ? 'it has no cipher suite that is allowed here; expected forward secrecy and no SHA-1'
    : null;
}

export interface Handshake {
  /** IANA's name of the cipher suite. */
  readonly suite: string;
  /** Bits of a Diffie-Hellman group; `null` for every other exchange. */
  readonly groupBits: number | null;
  readonly chain: readonly X509Certificate[];
}

/** What is weak about a connection, in words that follow the server's name. */
export function weaknessesOf({ suite, groupBits, chain }: Handshake): readonly string[] {
  const found: string[] = [];
  const shown = safeText(suite, 80);
  if (suite.startsWith('TLS_RSA_')) found.push(`it exchanges keys by RSA alone (${shown})`);
  if (suite.endsWith('_SHA')) found.push(`its cipher suite rests on SHA-1 (${shown})`);
  if (groupBits !== null && groupBits < MIN_KEY_BITS) {
    found.push(`its Diffie-Hellman group has ${groupBits} bits`);
  }
  return [...found, ...chain.flatMap(weaknessesOfCertificate)];
}

function weaknessesOfCertificate(certificate: X509Certificate): readonly string[] {
  const name = commonNameOf(certificate.subject);
  const found: string[] = [];
  const bits = modulusBits(certificate);
  if (bits !== null && bits < MIN_KEY_BITS) {
    found.push(`the certificate of ${name} has a key of ${bits} bits`);
  }
  // Nobody looks at a root's signature of itself.
  const isRoot = certificate.subject === certificate.issuer;
  const hash = isRoot ? null : weakHashOf(certificate);
  if (hash !== null) found.push(`the certificate of ${name} is signed over ${hash}`);
  return found;
}

/** Of RSA (and DSA) keys; those on curves have no modulus. */
function modulusBits(certificate: X509Certificate): number | null {
  return publicKeyOf(certificate)?.asymmetricKeyDetails?.modulusLength ?? null;
}

/** AlgorithmIdentifiers (RFC 5280 4.1.1.2) as hexadecimal DER, by how they begin. */
const WEAK_SIGNATURES: readonly (readonly [begins: string, hash: string])[] = [
  ['06092a864886f70d010102', 'MD2'],
  ['06092a864886f70d010103', 'MD4'],
  ['06092a864886f70d010104', 'MD5'],
  ['06092a864886f70d010105', 'SHA-1'], // sha1WithRSAEncryption
  ['06052b0e03021d', 'SHA-1'], // the older name of the same
  ['06072a8648ce380403', 'SHA-1'], // dsa-with-sha1
  ['06072a8648ce3d0401', 'SHA-1'], // ecdsa-with-SHA1
];
/** RSASSA-PSS says its hash in its parameters, and means SHA-1 where it says none (RFC 4055 3.1). */
const PSS = '06092a864886f70d01010a';
const SHA2 = '06096086480165030402';

function weakHashOf(certificate: X509Certificate): string | null {
  const algorithm = signatureAlgorithm(certificate.raw).toString('hex');
  if (algorithm.startsWith(PSS)) return algorithm.includes(SHA2) ? null : 'SHA-1';
  return WEAK_SIGNATURES.find(([begins]) => algorithm.startsWith(begins))?.[1] ?? null;
}

/** The content of Certificate.signatureAlgorithm. OpenSSL has read the certificate before us. */
function signatureAlgorithm(der: Buffer): Buffer {
  const certificate = elementAt(der, 0);
  const toBeSigned = elementAt(der, certificate.start);
  const algorithm = elementAt(der, toBeSigned.end);
  return der.subarray(algorithm.start, algorithm.end);
}

/** Where the content of a DER element (X.690 8.1) begins and ends. */
function elementAt(der: Buffer, at: number): { readonly start: number; readonly end: number } {
  const first = der[at + 1] ?? 0;
  if (first < 0x80) return { start: at + 2, end: at + 2 + first };
  const start = at + 2 + (first & 0x7f);
  let length = 0;
  for (const byte of der.subarray(at + 2, start)) length = length * 256 + byte;
  return { start, end: start + length };
}

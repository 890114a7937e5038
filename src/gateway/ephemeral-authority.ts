// SPDX-License-Identifier: Apache-2.0
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Clock } from '../core/clock.ts';
import { addressBytes } from './address-bytes.ts';
import * as der from './der.ts';

const BACKDATED_MS = 5 * 60_000;
const LIFETIME_MS = 24 * 60 * 60_000;
const MAX_CACHED_LEAVES = 1_000;
const SERIAL_BYTES = 16;

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

interface Issuer {
  readonly name: Uint8Array;
  readonly key: KeyObject;
}

/**
 * This run's certificate authority. Its key lives in this process's memory and nowhere else;
 * it ends with the run, so nothing that trusted it can be fooled afterwards.
 */
export interface EphemeralAuthority {
  readonly certificatePem: string;
  /** What a server called `host` (a DNS name or an IP address) shows; made once for each host. */
  contextFor(host: string): SecureContext;
}

export function createEphemeralAuthority(clock: Clock): EphemeralAuthority {
  const now = clock.now();
  const validity = der.sequence(der.time(now - BACKDATED_MS), der.time(now + LIFETIME_MS));
  const keys = newKeyPair();
  const name = nameOf(`wheelproof run ${randomBytes(8).toString('hex')}`);
  const issuer: Issuer = { name, key: keys.privateKey };
  const identifier = keyIdentifier(keys.publicKey);
  const caPem = pem(
    certificate(issuer, {
      subject: name,
      validity,
      keys,
      extensions: authorityExtensions(identifier),
    }),
  );
  const contexts = new Map<string, SecureContext>();

  return {
    certificatePem: caPem,
    contextFor(host) {
      const cached = contexts.get(host);
      if (cached !== undefined) return cached;
      const leafKeys = newKeyPair();
      const leaf = certificate(issuer, {
        subject: nameOf('wheelproof gate'),
        validity,
        keys: leafKeys,
        extensions: leafExtensions(host, keyIdentifier(leafKeys.publicKey), identifier),
      });
      const context = createSecureContext({
        cert: pem(leaf),
        key: leafKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
        minVersion: 'TLSv1.2',
      });
      forgetOldest(contexts);
      contexts.set(host, context);
      return context;
    },
  };
}

function forgetOldest(contexts: Map<string, SecureContext>): void {
  if (contexts.size < MAX_CACHED_LEAVES) return;
  const oldest = contexts.keys().next();
  if (oldest.done !== true) contexts.delete(oldest.value);
}

function newKeyPair(): KeyPair {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

interface CertificateParts {
  readonly subject: Uint8Array;
  readonly validity: Uint8Array;
  readonly keys: KeyPair;
  readonly extensions: readonly Uint8Array[];
}

/** RFC 5280 4.1. */
function certificate(issuer: Issuer, parts: CertificateParts): Uint8Array {
  const algorithm = der.sequence(der.objectIdentifier(OID.ecdsaWithSha256));
  const version3 = der.explicit(0, der.integer(Buffer.from([2])));
  const toBeSigned = der.sequence(
    version3,
    der.integer(newSerial()),
    algorithm,
    issuer.name,
    parts.validity,
    parts.subject,
    parts.keys.publicKey.export({ type: 'spki', format: 'der' }),
    der.explicit(3, der.sequence(...parts.extensions)),
  );
  const signature = sign('sha256', toBeSigned, issuer.key);
  return der.sequence(toBeSigned, algorithm, der.bitString(signature));
}

/** Positive and never zero: the top bit is cleared, the one below it set. */
function newSerial(): Uint8Array {
  const serial = randomBytes(SERIAL_BYTES);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

function nameOf(commonName: string): Uint8Array {
  const attribute = der.sequence(der.objectIdentifier(OID.commonName), der.utf8String(commonName));
  return der.sequence(der.setOf(attribute));
}

/** RFC 7093 method 4: any digest of the key will do; strict verifiers only want it to be there. */
function keyIdentifier(publicKey: KeyObject): Uint8Array {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest().subarray(0, 20);
}

function extension(oid: string, critical: boolean, value: Uint8Array): Uint8Array {
  const flag = critical ? [der.boolean(true)] : [];
  return der.sequence(der.objectIdentifier(oid), ...flag, der.octetString(value));
}

function authorityExtensions(identifier: Uint8Array): readonly Uint8Array[] {
  const pathLengthZero = der.integer(Buffer.from([0]));
  const keyCertSignAndCrlSign = der.bitString(Buffer.from([0b0000_0110]), 1);
  return [
    extension(OID.basicConstraints, true, der.sequence(der.boolean(true), pathLengthZero)),
    extension(OID.keyUsage, true, keyCertSignAndCrlSign),
    extension(OID.subjectKeyIdentifier, false, der.octetString(identifier)),
  ];
}

function leafExtensions(
  host: string,
  identifier: Uint8Array,
  authority: Uint8Array,
): readonly Uint8Array[] {
  const digitalSignature = der.bitString(Buffer.from([0b1000_0000]), 7);
  return [
    extension(OID.basicConstraints, true, der.sequence()),
    extension(OID.keyUsage, true, digitalSignature),
    extension(OID.extKeyUsage, false, der.sequence(der.objectIdentifier(OID.serverAuth))),
    extension(OID.subjectAltName, false, der.sequence(generalName(host))),
    extension(OID.subjectKeyIdentifier, false, der.octetString(identifier)),
    extension(OID.authorityKeyIdentifier, false, der.sequence(der.implicit(0, authority))),
  ];
}

/** RFC 5280 4.2.1.6: dNSName `[2]`, iPAddress `[7]`. */
function generalName(host: string): Uint8Array {
  if (isIP(host) !== 0) return der.implicit(7, addressBytes(host));
  return der.implicit(2, Buffer.from(host.replace(/\.$/u, ''), 'ascii'));
}

function pem(certificateDer: Uint8Array): string {
  const lines =
    Buffer.from(certificateDer)
      .toString('base64')
      .match(/.{1,64}/gu) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

// SPDX-License-Identifier: Apache-2.0
import { createHash, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bitString,
  boolean,
  context,
  integer,
  implicit,
  namedBits,
  octetString,
  oid,
  sequence,
  set,
  time,
  utf8,
} from './der.ts';

/*
 * Certificates made at test time on node:crypto alone, so that tests need no openssl on the
 * machine. RFC 5280 profile: what strict OpenSSL and Python (VERIFY_X509_STRICT) accept.
 */

export type KeyType = 'ec' | 'rsa' | 'rsa-1024' | 'ed25519';
export type SignedOver = 'sha256' | 'sha1';

export interface LeafOptions {
  /** DNS names and IP addresses; `localhost` and 127.0.0.1 where absent. */
  readonly names?: readonly string[];
  /** The day before today where absent. */
  readonly notBefore?: Date;
  /** Thirty days from now where absent. */
  readonly notAfter?: Date;
  /** Signed by its own key instead of the authority's. */
  readonly selfSigned?: boolean;
  readonly keyType?: KeyType;
  readonly hash?: SignedOver;
  /** The certificate of an authority whose key it claims to be signed by. */
  readonly claims?: string;
}

export interface AuthorityOptions {
  readonly name?: string;
  readonly keyType?: KeyType;
  /** What an authority above signs this one over. */
  readonly hash?: SignedOver;
  /** Nobody made it an authority: it signs all the same. */
  readonly usurps?: true;
}

export interface KeyAndCertificate {
  /** With the authorities between it and the root, where there are any. */
  readonly certPem: string;
  readonly keyPem: string;
}

export interface Authority {
  /** Its common name. */
  readonly name: string;
  readonly caPem: string;
  /** A file that holds `caPem`; removed when the process ends. */
  readonly caFile: string;
  leaf(options?: LeafOptions): KeyAndCertificate;
  /** An authority below this one: servers send its certificate along. */
  below(options?: AuthorityOptions): Authority;
}

/** A certificate authority of its own, trusted by nobody until its `caPem` is. */
export function makeAuthority(options: AuthorityOptions = {}): Authority {
  return makeAuthorityBelow(null, options);
}

/** `sha256:BASE64` over the certificate's SubjectPublicKeyInfo, as policies pin it. */
export function keyPin(certPem: string): string {
  const spki = new X509Certificate(certPem).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(spki).digest('base64')}`;
}

/** Who signs, and what is sent along with what was signed. */
interface Issuer {
  readonly name: string;
  readonly keys: Keys;
  readonly sentAlong: string;
}

function makeAuthorityBelow(above: Issuer | null, options: AuthorityOptions): Authority {
  const name = options.name ?? 'wheelproof test authority';
  const keys = generateKeys(options.keyType ?? 'ec');
  const caPem = certificate({
    subject: name,
    publicKey: keys.publicKey,
    issuer: above?.name ?? name,
    issuerKeys: above?.keys ?? keys,
    hash: options.hash ?? 'sha256',
    notBefore: daysFromNow(-1),
    notAfter: daysFromNow(30),
    extensions:
      options.usurps === true
        ? [extension('2.5.29.19', sequence(), true)]
        : [
            extension('2.5.29.19', sequence(boolean(true)), true),
            extension('2.5.29.15', namedBits(5, 6), true),
          ],
  });
  const sentAlong = above === null ? '' : `${caPem}${above.sentAlong}`;
  const issuer = { name, keys, sentAlong };
  return {
    name,
    caPem,
    caFile: writeTemporary(caPem),
    leaf: (leafOptions = {}) => makeLeaf(issuer, leafOptions),
    below: (authorityOptions = {}) => makeAuthorityBelow(issuer, authorityOptions),
  };
}

interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

function makeLeaf(authority: Issuer, options: LeafOptions): KeyAndCertificate {
  const names = options.names ?? ['localhost', '127.0.0.1'];
  const keys = generateKeys(options.keyType ?? 'ec');
  const subject = names[0] ?? 'nameless';
  const certPem = certificate({
    subject,
    publicKey: keys.publicKey,
    issuer: options.selfSigned === true ? subject : authority.name,
    issuerKeys: options.selfSigned === true ? keys : authority.keys,
    hash: options.hash ?? 'sha256',
    ...(options.claims === undefined ? {} : { claims: options.claims }),
    notBefore: options.notBefore ?? daysFromNow(-1),
    notAfter: options.notAfter ?? daysFromNow(30),
    extensions: [
      extension('2.5.29.19', sequence(), true),
      extension('2.5.29.15', namedBits(0), true),
      extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'))),
      extension('2.5.29.17', sequence(...names.map(generalName))),
    ],
  });
  const sent = options.selfSigned === true ? certPem : `${certPem}${authority.sentAlong}`;
  return {
    certPem: sent,
    keyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function generateKeys(type: KeyType): Keys {
  if (type === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  if (type === 'rsa-1024') return generateKeyPairSync('rsa', { modulusLength: 1024 });
  if (type === 'ed25519') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

interface CertificateParts {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly issuer: string;
  readonly issuerKeys: Keys;
  readonly hash: SignedOver;
  readonly claims?: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly Buffer[];
}

function certificate(parts: CertificateParts): string {
  const algorithm = signatureAlgorithm(parts.issuerKeys.privateKey, parts.hash);
  const toBeSigned = sequence(
    context(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm.identifier,
    commonName(parts.issuer),
    sequence(time(parts.notBefore), time(parts.notAfter)),
    commonName(parts.subject),
    parts.publicKey.export({ type: 'spki', format: 'der' }),
    context(
      3,
      sequence(
        ...parts.extensions,
        extension('2.5.29.14', octetString(keyId(parts.publicKey))),
        extension('2.5.29.35', sequence(implicit(0, keyId(claimedKey(parts))))),
      ),
    ),
  );
  const signature = sign(algorithm.hash, toBeSigned, parts.issuerKeys.privateKey);
  return pem(sequence(toBeSigned, algorithm.identifier, bitString(signature)));
}

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

function commonName(name: string): Buffer {
  return sequence(set(sequence(oid('2.5.4.3'), utf8(name))));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

function generalName(name: string): Buffer {
  const family = isIP(name);
  if (family === 0) return implicit(2, Buffer.from(name, 'ascii'));
  return implicit(7, family === 4 ? Buffer.from(name.split('.').map(Number)) : ipv6Bytes(name));
}

function ipv6Bytes(address: string): Buffer {
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const before = groups(head);
  const after = groups(tail);
  const zeros: string[] = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const all = [...before, ...zeros, ...after];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function keyId(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * 86_400_000);
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/gu) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function writeTemporary(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'wheelproof-ca-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const file = join(folder, 'ca.pem');
  writeFileSync(file, text);
  return file;
}

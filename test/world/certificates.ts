// SPDX-License-Identifier: Apache-2.0
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { runFolder } from './run-folder.ts';
import { boolean, implicit, namedBits, oid, sequence } from './der.ts';
import {
  certificate,
  extension,
  generateKeys,
  pem,
  type Keys,
  type KeyType,
  type SignedOver,
} from './x509.ts';

/* The certificates of a small TLS world: an authority, those below it, and leaves. */

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
  /** A file that holds `caPem`; removed when the tests end. */
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
  const caPem = pem(
    certificate({
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
    }),
  );
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

function makeLeaf(authority: Issuer, options: LeafOptions): KeyAndCertificate {
  const names = options.names ?? ['localhost', '127.0.0.1'];
  const keys = generateKeys(options.keyType ?? 'ec');
  const subject = names[0] ?? 'nameless';
  const certPem = pem(
    certificate({
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
    }),
  );
  const sent = options.selfSigned === true ? certPem : `${certPem}${authority.sentAlong}`;
  return {
    certPem: sent,
    keyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
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

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * 86_400_000);
}

function writeTemporary(text: string): string {
  const folder = mkdtempSync(join(runFolder(), 'ca-'));
  const file = join(folder, 'ca.pem');
  writeFileSync(file, text);
  return file;
}

// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from 'node:crypto';
import { boolean, integer, namedBits, oid, sequence } from '../der.ts';
import { certificate, extension, generateKeys, spkiOf, type Keys } from '../x509.ts';
import type { CertificateLog } from './certificate-log.ts';
import { identityExtensions, type Signer } from './signers.ts';

const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
export const LONG_AGO = new Date('2021-01-01T00:00:00Z');
const LONG_AFTER = new Date('2045-01-01T00:00:00Z');
/** How long a certificate lives. */
const LIFE_MS = 10 * 60_000;

export interface CertificateAuthorityWish {
  readonly name?: string;
  /** When the authority between root and leaf ends: what it signs after that is not valid. */
  readonly intermediateUntil?: Date;
}

export interface LeafWish {
  readonly signer: Signer;
  readonly publicKey: KeyObject;
  readonly from: Date;
  readonly life?: number;
  /** Where it is promised; nowhere where `null`. */
  readonly log: CertificateLog | null;
  /** Not for signing code, but for this (an OID). */
  readonly purpose?: string;
}

/** Certifies for minutes who showed a token, as Fulcio does: a root, and an authority below it. */
export interface CertificateAuthority {
  readonly name: string;
  /** From the one that signs to the root, as DER. */
  readonly chain: readonly Buffer[];
  leaf(wish: LeafWish): Buffer;
}

export function openCertificateAuthority(
  wish: CertificateAuthorityWish = {},
): CertificateAuthority {
  const name = wish.name ?? 'sigstore.test';
  const root = generateKeys('ec');
  const intermediate = generateKeys('ec');
  const below = `${name} intermediate`;
  const period = { notBefore: LONG_AGO, notAfter: LONG_AFTER };
  const chain = [
    certificate({
      ...period,
      notAfter: wish.intermediateUntil ?? LONG_AFTER,
      subject: below,
      publicKey: intermediate.publicKey,
      issuer: name,
      issuerKeys: root,
      extensions: [...authority(0), purpose(CODE_SIGNING)],
    }),
    rootCertificate(name, root),
  ];
  return {
    name,
    chain,
    leaf: ({ signer, publicKey, from, log, ...more }) =>
      certificate({
        subject: '',
        publicKey,
        issuer: below,
        issuerKeys: intermediate,
        notBefore: from,
        notAfter: new Date(from.getTime() + (more.life ?? LIFE_MS)),
        extensions: [
          extension('2.5.29.15', namedBits(0), true),
          purpose(more.purpose ?? CODE_SIGNING),
          ...identityExtensions(signer),
        ],
        promise: (precertificate) =>
          log?.promise(precertificate, spkiOf(intermediate.publicKey), from) ?? null,
      }),
  };
}

/** A root that signed itself. */
export function rootCertificate(name: string, keys: Keys): Buffer {
  return certificate({
    subject: name,
    publicKey: keys.publicKey,
    issuer: name,
    issuerKeys: keys,
    notBefore: LONG_AGO,
    notAfter: LONG_AFTER,
    extensions: authority(1),
  });
}

function authority(depth: number): readonly Buffer[] {
  return [
    extension('2.5.29.19', sequence(boolean(true), integer(Buffer.from([depth]))), true),
    extension('2.5.29.15', namedBits(5, 6), true),
  ];
}

export const purpose = (id: string, critical = false): Buffer =>
  extension('2.5.29.37', sequence(oid(id)), critical);

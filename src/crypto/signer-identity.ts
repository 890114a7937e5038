// SPDX-License-Identifier: Apache-2.0
import type { Certificate } from './certificate.ts';
import {
  constructed,
  elementsOf,
  expectTag,
  oidOf,
  primitive,
  readDer,
  TAG,
  textOf,
} from './der.ts';
import { malformed } from './malformed.ts';

const FULCIO = '1.3.6.1.4.1.57264.1';
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';

/** What Fulcio certifies of a token, by the last arc of its OID (fulcio, docs/oid-info.md). */
const FIELDS = {
  9: 'buildSignerUri',
  10: 'buildSignerDigest',
  11: 'runnerEnvironment',
  12: 'sourceUri',
  13: 'sourceDigest',
  14: 'sourceRef',
  15: 'sourceId',
  16: 'sourceOwnerUri',
  17: 'sourceOwnerId',
  18: 'buildConfigUri',
  19: 'buildConfigDigest',
  20: 'buildTrigger',
  21: 'runUri',
  22: 'visibility',
  23: 'environment',
  24: 'tokenSubject',
} as const;

export type SignerField = (typeof FIELDS)[keyof typeof FIELDS];

/** Who signed, as the certificate says: never as anything beside it claims. */
export interface SignerIdentity {
  readonly name: string;
  readonly nameKind: 'uri' | 'email' | 'other';
  /** The OpenID Connect issuer whose token the authority saw. */
  readonly issuer: string;
  readonly fields: Readonly<Partial<Record<SignerField, string>>>;
}

/**
 * Reads a Fulcio certificate's identity. Every value is exactly one UTF8String; the issuer of the
 * first version (raw text) is used only where the second is not there, and may not contradict it.
 * @throws Refusal `WP-ATTESTATION-MALFORMED`
 */
export function identityOf(certificate: Certificate): SignerIdentity {
  const fields: Partial<Record<SignerField, string>> = {};
  for (const [arc, name] of Object.entries(FIELDS)) {
    const value = utf8Value(certificate, Number(arc));
    if (value !== null) fields[name] = value;
  }
  const old = certificate.extensions.get(`${FULCIO}.1`);
  const oldIssuer = old === undefined ? null : textOf(old.value);
  const issuer = utf8Value(certificate, 8) ?? oldIssuer;
  if (issuer === null) throw malformed('the certificate names no issuer of its identity');
  if (oldIssuer !== null && oldIssuer !== issuer) {
    throw malformed('the certificate names two issuers of its identity');
  }
  return { ...readName(certificate), issuer, fields };
}

function utf8Value(certificate: Certificate, arc: number): string | null {
  const extension = certificate.extensions.get(`${FULCIO}.${arc}`);
  if (extension === undefined) return null;
  return textOf(expectTag(readDer(extension.value), TAG.utf8String).content);
}

/** The one subject alternative name (RFC 5280, 4.2.1.6). */
function readName(certificate: Certificate): Pick<SignerIdentity, 'name' | 'nameKind'> {
  const extension = certificate.extensions.get(SUBJECT_ALTERNATIVE_NAME);
  const names = extension === undefined ? [] : elementsOf(readDer(extension.value));
  const [name, ...others] = names;
  if (name === undefined || others.length > 0) {
    throw malformed('the certificate does not name exactly one signer');
  }
  switch (name.tag) {
    case primitive(6):
      return { name: textOf(name.content), nameKind: 'uri' };
    case primitive(1):
      return { name: textOf(name.content), nameKind: 'email' };
    case constructed(0): {
      const [type, value] = elementsOf(name, constructed(0));
      if (oidOf(type) !== `${FULCIO}.7`) throw malformed('the signer has a name of unknown kind');
      const [text] = elementsOf(expectTag(value, constructed(0)), constructed(0));
      return { name: textOf(expectTag(text, TAG.utf8String).content), nameKind: 'other' };
    }
    default:
      throw malformed('the signer has a name of unknown kind');
  }
}

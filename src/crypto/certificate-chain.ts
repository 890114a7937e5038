// SPDX-License-Identifier: Apache-2.0
import { authorityDepth, isValidAt, unknownCritical, type Certificate } from './certificate.ts';

/** From the authority that signs leaves up to the anchor; each link was verified on reading. */
export interface AuthorityChain {
  readonly certificates: readonly Certificate[];
  /** Milliseconds since 1970, both inclusive: when the trusted root lets it be used. */
  readonly start: number;
  readonly end: number;
}

/**
 * Why the links of a chain do not hold, or `null` where they do. Times are left to
 * {@link chainFault}: links hold or do not hold once and for all.
 */
export function linkFault(certificates: readonly Certificate[]): string | null {
  for (const [depth, certificate] of certificates.entries()) {
    const allowed = authorityDepth(certificate);
    if (allowed === null) return 'a certificate of the chain is no authority';
    // The anchor's own self-signed copy does not count (RFC 5280, 4.2.1.9).
    if (allowed < depth) return 'the chain is longer than an authority allows';
    if (unknownCritical(certificate) !== null)
      return 'an authority has an unknown critical extension';
    const issuer = certificates[depth + 1];
    if (issuer === undefined) continue;
    if (!certificate.issuer.equals(issuer.subject)) return 'the names of the chain do not meet';
    if (!issuer.signed(certificate)) return 'a signature of the chain is wrong';
  }
  return certificates.length === 0 ? 'the chain is empty' : null;
}

/** `time`: it would hold at another time. */
export interface ChainFault {
  readonly about: 'time' | 'certificate';
  readonly why: string;
}

/**
 * Why this leaf was not signed under this chain, valid at this time with every certificate of the
 * chain (RFC 5280, 6.1; attack H22), or `null` where it was.
 */
export function chainFault(
  leaf: Certificate,
  chain: AuthorityChain,
  time: number,
): ChainFault | null {
  const why = certificateFault(leaf, chain.certificates);
  if (why !== null) return { about: 'certificate', why };
  const late = timeFault(leaf, chain, time);
  return late === null ? null : { about: 'time', why: late };
}

function certificateFault(leaf: Certificate, chain: readonly Certificate[]): string | null {
  const [issuer] = chain;
  if (issuer === undefined || !leaf.issuer.equals(issuer.subject)) {
    return 'the certificate names another authority';
  }
  if (authorityDepth(leaf) !== null) return 'the certificate is an authority itself';
  const unknown = unknownCritical(leaf);
  if (unknown !== null) return `the certificate has the unknown critical extension ${unknown}`;
  return issuer.signed(leaf) ? null : 'the signature on the certificate is wrong';
}

function timeFault(leaf: Certificate, chain: AuthorityChain, time: number): string | null {
  if (time < chain.start || time > chain.end) {
    return 'the trusted root does not allow its authority for that time';
  }
  if (!isValidAt(leaf, time)) return 'the certificate was not valid then';
  const valid = chain.certificates.every((certificate) => isValidAt(certificate, time));
  return valid ? null : 'an authority of its chain was not valid then';
}

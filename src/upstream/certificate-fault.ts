// SPDX-License-Identifier: Apache-2.0
import type { X509Certificate } from 'node:crypto';
import type { SecureVersion } from 'node:tls';
import { safeText } from '../core/safe-text.ts';

export interface TlsFault {
  /** Node's or OpenSSL's. */
  readonly code: string;
  readonly message: string;
  readonly host: string;
  readonly certificate: X509Certificate | null;
  readonly minimumTls: SecureVersion | null;
  readonly now: number;
}

/** Why TLS failed, in words that follow the server's name. */
export function describeTlsFault(fault: TlsFault): string {
  const { code, host, certificate, now } = fault;
  const issuer = certificate === null ? '' : ` (issued by ${commonNameOf(certificate.issuer)})`;
  switch (code) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `its certificate is for another name: wanted ${host}, got ${namesOf(certificate)}`;
    case 'CERT_HAS_EXPIRED':
      return describeExpiry(certificate, now);
    case 'CERT_NOT_YET_VALID':
      return certificate !== null && certificate.validFromDate.getTime() > now
        ? `its certificate is not yet valid: valid from ${day(certificate.validFromDate)}, now ${day(new Date(now))}: check the clock`
        : 'a certificate in its chain is not yet valid: check the clock';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return `its certificate is self-signed${issuer}`;
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `its certificate comes from an issuer that nobody here trusts${issuer}`;
    case 'CERT_REVOKED':
      return `its certificate was revoked${issuer}`;
    default:
      return describeHandshake(fault, issuer);
  }
}

function describeHandshake({ code, message, minimumTls }: TlsFault, issuer: string): string {
  if (/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION/u.test(code)) {
    return `it offers no TLS version that is allowed here${expectedVersion(minimumTls)}`;
  }
  if (/WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG/u.test(code)) {
    return 'it does not speak TLS on this port';
  }
  return `${safeText(message, 200)} (${safeText(code, 60)})${issuer}`;
}

/** Which one the server has instead, it does not tell. */
function expectedVersion(minimum: SecureVersion | null): string {
  if (minimum === null) return '';
  const [found] = /\d\.\d/u.exec(minimum) ?? [''];
  return found === '1.3'
    ? '; expected 1.3, found at most 1.2'
    : `; expected ${found} or newer, found older ones alone`;
}

function describeExpiry(certificate: X509Certificate | null, now: number): string {
  return certificate !== null && certificate.validToDate.getTime() < now
    ? `its certificate expired on ${day(certificate.validToDate)}, now ${day(new Date(now))}: check the clock`
    : 'a certificate in its chain has expired: check the clock';
}

function namesOf(certificate: X509Certificate | null): string {
  if (certificate === null) return 'other names';
  const names = certificate.subjectAltName ?? commonNameOf(certificate.subject);
  return safeText(names.replaceAll(/\b(?:DNS|IP Address):/gu, ''), 200);
}

/** `C=…\nO=…\nCN=…` on one line, the most telling part where there is one. */
export function commonNameOf(distinguished: string): string {
  const parts = distinguished.split('\n');
  const common = parts.find((part) => part.startsWith('CN='))?.slice(3);
  return safeText(common ?? parts.join(', '), 120);
}

function day(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'an unknown date' : date.toISOString().slice(0, 10);
}

// SPDX-License-Identifier: Apache-2.0
import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';

/** No honest chain is longer. */
const MAX_CERTIFICATES = 16;

/** What the server sent: its own certificate first. Only the first is proved to be the server's. */
export function sentChain(socket: TLSSocket): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next: DetailedPeerCertificate | null = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && chain.length < MAX_CERTIFICATES) {
    const { raw, issuerCertificate }: DetailedPeerCertificate = next;
    chain.push(new X509Certificate(raw));
    next = issuerCertificate === next ? null : issuerCertificate;
  }
  return chain;
}

/**
 * The first certificate and all those that vouch for it, step by step: each issuer is an authority,
 * in its time, and its key made the signature. (What a server sends beside its chain proves nothing:
 * TLS itself may have gone another way, and Node links issuers by their names.)
 */
export function vouchersOf(
  sent: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
  now: number,
): readonly X509Certificate[] {
  const [own] = sent;
  if (own === undefined) return [];
  const found = [own];
  const known = new Set([own.fingerprint256]);
  for (const one of found) {
    for (const other of [...sent, ...anchors]) {
      if (found.length >= MAX_CERTIFICATES || known.has(other.fingerprint256)) continue;
      if (!isInTime(other, now) || !isIssuedBy(one, other)) continue;
      known.add(other.fingerprint256);
      found.push(other);
    }
  }
  return found;
}

/** `sha256:BASE64` over the SubjectPublicKeyInfo (RFC 7469 2.4), `null` for a key of unknown kind. */
export function keyPinOf(certificate: X509Certificate): string | null {
  const spki = publicKeyOf(certificate)?.export({ type: 'spki', format: 'der' });
  if (spki === undefined) return null;
  return `sha256:${createHash('sha256').update(spki).digest('base64')}`;
}

/** `null` for a key of a kind that this OpenSSL does not know. */
export function publicKeyOf(certificate: X509Certificate): KeyObject | null {
  try {
    return certificate.publicKey;
  } catch {
    return null; // nobody can have pinned it, and it has proved nothing
  }
}

function isIssuedBy(one: X509Certificate, other: X509Certificate): boolean {
  if (!other.ca || one.issuer !== other.subject || !one.checkIssued(other)) return false;
  const key = publicKeyOf(other);
  return key !== null && one.verify(key);
}

function isInTime(certificate: X509Certificate, now: number): boolean {
  return certificate.validFromDate.getTime() <= now && now <= certificate.validToDate.getTime();
}

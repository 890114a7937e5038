// SPDX-License-Identifier: Apache-2.0
import { createHash, sign } from 'node:crypto';
import { octetString } from '../der.ts';
import { extension, generateKeys, spkiOf } from '../x509.ts';

const SCT_LIST = '1.3.6.1.4.1.11129.2.4.2';

/** A certificate transparency log (RFC 6962): it promises, and nobody asks it to keep the promise. */
export interface CertificateLog {
  readonly id: Buffer;
  readonly spki: Buffer;
  /** The extension with this log's promise for a certificate of this issuer, made at this time. */
  promise(precertificate: Buffer, issuerSpki: Buffer, at: Date): Buffer;
}

export function openCertificateLog(): CertificateLog {
  const keys = generateKeys('ec');
  const spki = spkiOf(keys.publicKey);
  const id = createHash('sha256').update(spki).digest();
  return {
    id,
    spki,
    promise(precertificate, issuerSpki, at) {
      const time = Buffer.alloc(8);
      time.writeBigUInt64BE(BigInt(at.getTime()));
      const noExtensions = uint(0, 2);
      const signed = Buffer.concat([
        // version 1, certificate timestamp
        Buffer.from([0, 0]),
        time,
        // of a precertificate
        uint(1, 2),
        createHash('sha256').update(issuerSpki).digest(),
        uint(precertificate.length, 3),
        precertificate,
        noExtensions,
      ]);
      const signature = vector(sign('sha256', signed, keys.privateKey));
      // SHA-256 with ECDSA
      const algorithms = Buffer.from([4, 3]);
      const timestamp = [Buffer.from([0]), id, time, noExtensions, algorithms, signature];
      const list = vector(vector(Buffer.concat(timestamp)));
      return extension(SCT_LIST, octetString(list));
    },
  };
}

function uint(value: number, bytes: number): Buffer {
  const out = Buffer.alloc(bytes);
  out.writeUIntBE(value, 0, bytes);
  return out;
}

const vector = (bytes: Buffer): Buffer => Buffer.concat([uint(bytes.length, 2), bytes]);

// SPDX-License-Identifier: Apache-2.0
import { createHash, sign } from 'node:crypto';
import { generateKeys } from '../x509.ts';
import type { Rekor } from './rekor.ts';
import { gitHub, type Signer } from './signers.ts';
import type { Sigstore } from './sigstore.ts';

export interface BlobWish {
  readonly signer?: Signer;
  readonly at?: Date;
  readonly rekor?: 1 | 2;
  /** In place of the log of this instance. */
  readonly log?: Rekor;
  /** What the signature is over, while the bundle says that it is over the file. */
  readonly over?: Uint8Array;
}

const MINUTE = 60_000;

/** A Sigstore bundle over a file (protobuf-specs, `Bundle` 0.3 with a `messageSignature`). */
export function signBlob(sigstore: Sigstore, file: Uint8Array, wish: BlobWish = {}): string {
  const { signer = gitHub(), at = new Date(), over = file, rekor = 1 } = wish;
  const keys = generateKeys('ec');
  const signature = sign('sha256', over, keys.privateKey);
  const certificate = sigstore.authority.leaf({
    signer,
    publicKey: keys.publicKey,
    from: new Date(at.getTime() - MINUTE),
    log: sigstore.certificateLog,
  });
  const log = wish.log ?? sigstore.rekor[rekor];
  const logged = { payload: file, signed: file, signature, certificate };
  const entry = log.enter(logged, { at, kind: 'hashedrekord' });
  const stamps = log.version === 1 ? [] : sigstore.timestamps.slice(0, 1);
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {
      certificate: { rawBytes: certificate.toString('base64') },
      tlogEntries: [entry],
      timestampVerificationData: {
        rfc3161Timestamps: stamps.map((authority) => ({
          signedTimestamp: authority.stamp(signature, at).toString('base64'),
        })),
      },
    },
    messageSignature: {
      messageDigest: {
        algorithm: 'SHA2_256',
        digest: createHash('sha256').update(file).digest('base64'),
      },
      signature: signature.toString('base64'),
    },
  });
}

// SPDX-License-Identifier: Apache-2.0
import { createHash, sign } from 'node:crypto';
import { context, element, integer, namedBits, octetString, oid, sequence, set } from '../der.ts';
import { certificate, commonName, extension, generateKeys, newSerial } from '../x509.ts';
import { LONG_AGO, purpose, rootCertificate } from './certificate-authority.ts';

const OID = {
  sha256: '2.16.840.1.101.3.4.2.1',
  ecdsaSha256: '1.2.840.10045.4.3.2',
  signedData: '1.2.840.113549.1.7.2',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.47',
  timestamping: '1.3.6.1.5.5.7.3.8',
  policy: '1.3.6.1.4.1.57264.2',
} as const;

const LEAF_UNTIL = new Date('2040-01-01T00:00:00Z');

/** Says that it has seen these bytes at a time: whichever time it is told to say (RFC 3161). */
export interface TimestampAuthority {
  readonly name: string;
  /** From the one that signs timestamps to the root, as DER. */
  readonly chain: readonly Buffer[];
  /** A TimeStampResp over these bytes. */
  stamp(data: Uint8Array, at: Date): Buffer;
}

export function openTimestampAuthority(name = 'tsa.test'): TimestampAuthority {
  const root = generateKeys('ec');
  const keys = generateKeys('ec');
  const rootName = `${name} root`;
  const serial = newSerial();
  const leaf = certificate({
    serial,
    subject: name,
    publicKey: keys.publicKey,
    issuer: rootName,
    issuerKeys: root,
    notBefore: LONG_AGO,
    notAfter: LEAF_UNTIL,
    extensions: [extension('2.5.29.15', namedBits(0), true), purpose(OID.timestamping, true)],
  });
  return {
    name,
    chain: [leaf, rootCertificate(rootName, root)],
    stamp(data, at) {
      const info = sequence(
        small(1),
        oid(OID.policy),
        sequence(sequence(oid(OID.sha256)), octetString(sha256(data))),
        integer(newSerial()),
        element(0x18, Buffer.from(at.toISOString().replace(/[-:T]|\.\d+/gu, ''), 'ascii')),
      );
      const attributes = [
        sequence(oid(OID.contentType), set(oid(OID.timestampInfo))),
        sequence(oid(OID.messageDigest), set(octetString(sha256(info)))),
        sequence(
          oid(OID.signingCertificate),
          set(sequence(sequence(sequence(octetString(sha256(leaf)))))),
        ),
      ].toSorted((a, b) => Buffer.compare(a, b));
      const signed = set(...attributes);
      const signer = sequence(
        small(1),
        sequence(commonName(rootName), integer(serial)),
        sequence(oid(OID.sha256)),
        // Signed as a SET, sent as [0] (RFC 5652, 5.4).
        Buffer.concat([Buffer.from([0xa0]), signed.subarray(1)]),
        sequence(oid(OID.ecdsaSha256)),
        octetString(sign('sha256', signed, keys.privateKey)),
      );
      const signedData = sequence(
        small(3),
        set(sequence(oid(OID.sha256))),
        sequence(oid(OID.timestampInfo), context(0, octetString(info))),
        context(0, leaf),
        set(signer),
      );
      return sequence(sequence(small(0)), sequence(oid(OID.signedData), context(0, signedData)));
    },
  };
}

const small = (value: number): Buffer => integer(Buffer.from([value]));

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

// SPDX-License-Identifier: Apache-2.0
import { sign, type KeyObject } from 'node:crypto';
import { generateKeys } from '../x509.ts';
import {
  LONG_AGO,
  openCertificateAuthority,
  type CertificateAuthority,
  type CertificateAuthorityWish,
} from './certificate-authority.ts';
import { openCertificateLog, type CertificateLog } from './certificate-log.ts';
import { openRekor, type LogEntryJson, type Rekor, type RekorLies } from './rekor.ts';
import { gitHub, type Signer } from './signers.ts';
import { statement, type Subject } from './statement.ts';
import { openTimestampAuthority, type TimestampAuthority } from './timestamp-authority.ts';

/*
 * A whole Sigstore instance in memory: certificate authority, certificate log, Rekor of both
 * versions and a timestamp authority. Signs whatever it is told, for whomever it is told, at any
 * time: honest where nothing is said, a liar in every single part where asked.
 */

export interface Sigstore {
  readonly authority: CertificateAuthority;
  readonly certificateLog: CertificateLog;
  readonly rekor: { readonly 1: Rekor; readonly 2: Rekor };
  readonly timestamps: readonly TimestampAuthority[];
  /** `trusted_root.json` of this instance, with these members laid over it. */
  trustedRoot(over?: Readonly<Record<string, unknown>>): string;
  /** A PEP 740 attestation of this file. */
  attest(subject: Subject, wish?: AttestWish): AttestationJson;
}

/** Of an attestation everything may be wrong; what is absent is as it should be. */
export interface AttestWish {
  readonly signer?: Signer;
  /** When it is signed, certified and logged; now where absent. */
  readonly at?: Date;
  readonly rekor?: 1 | 2;
  /** The signed bytes, in place of a statement about the file. */
  readonly payload?: Uint8Array;
  /** Laid over the statement. */
  readonly says?: Readonly<Record<string, unknown>>;
  readonly payloadType?: string;
  /** From when the certificate is valid; a minute before the signature where absent. */
  readonly certifiedFrom?: Date;
  readonly certificateLife?: number;
  /** An OID that is not code signing. */
  readonly purpose?: string;
  /** Who promises the certificate; `null`: nobody. */
  readonly certificateLog?: CertificateLog | null;
  /** Another authority certifies. */
  readonly authority?: CertificateAuthority;
  /** Signs, while the certificate is for another key. */
  readonly otherKey?: boolean;
  /** In place of the logs of this instance. */
  readonly log?: Rekor;
  readonly logLies?: RekorLies;
  /** By whom and when it was timestamped; with Rekor v2 by the first authority, else by nobody. */
  readonly stamps?: readonly { readonly by: TimestampAuthority; readonly at: Date }[];
}

/** PEP 740, "attestation object"; plain data, to be bent at will. */
export interface AttestationJson {
  version: unknown;
  verification_material: {
    certificate: string;
    transparency_entries: LogEntryJson[];
    timestamps?: string[];
  };
  envelope: { statement: string; signature: string };
}

export interface SigstoreWish extends CertificateAuthorityWish {
  readonly timestampAuthorities?: readonly string[];
}

const MINUTE = 60_000;

export function openSigstore(wish: SigstoreWish = {}): Sigstore {
  const authority = openCertificateAuthority(wish);
  const certificateLog = openCertificateLog();
  const rekor = { 1: openRekor(1), 2: openRekor(2) };
  const timestamps = (wish.timestampAuthorities ?? ['tsa.test']).map((name) =>
    openTimestampAuthority(name),
  );
  return {
    authority,
    certificateLog,
    rekor,
    timestamps,
    trustedRoot: (over = {}) =>
      JSON.stringify({
        mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
        tlogs: [rekor[1], rekor[2]].map(logJson),
        certificateAuthorities: [authorityJson(authority)],
        ctlogs: [certificateLogJson(certificateLog)],
        timestampAuthorities: timestamps.map(authorityJson),
        ...over,
      }),
    attest(subject, lies = {}) {
      const { signer = gitHub(), at = new Date() } = lies;
      const payload = lies.payload ?? statement(subject, lies.says);
      const signed = encoded(lies.payloadType ?? 'application/vnd.in-toto+json', payload);
      const keys = generateKeys('ec');
      const signature = signedBy(lies.otherKey ? generateKeys('ec').privateKey : keys, signed);
      const certificate = (lies.authority ?? authority).leaf({
        signer,
        publicKey: keys.publicKey,
        from: lies.certifiedFrom ?? new Date(at.getTime() - MINUTE),
        log: lies.certificateLog === undefined ? certificateLog : lies.certificateLog,
        ...(lies.certificateLife === undefined ? {} : { life: lies.certificateLife }),
        ...(lies.purpose === undefined ? {} : { purpose: lies.purpose }),
      });
      const log = lies.log ?? rekor[lies.rekor ?? 1];
      const entry = log.enter({ payload, signed, signature, certificate }, { at, ...lies.logLies });
      const [first] = timestamps;
      const stamps =
        lies.stamps ?? (log.version === 1 || first === undefined ? [] : [{ by: first, at }]);
      return {
        version: 1,
        verification_material: {
          certificate: certificate.toString('base64'),
          transparency_entries: [entry],
          ...(stamps.length === 0
            ? {}
            : {
                timestamps: stamps.map(({ by, at: stamped }) =>
                  by.stamp(signature, stamped).toString('base64'),
                ),
              }),
        },
        envelope: {
          statement: Buffer.from(payload).toString('base64'),
          signature: signature.toString('base64'),
        },
      };
    },
  };
}

/** DSSE v1, pre-authentication encoding. */
function encoded(type: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

function signedBy(key: KeyObject | { readonly privateKey: KeyObject }, data: Uint8Array): Buffer {
  return sign('sha256', data, 'privateKey' in key ? key.privateKey : key);
}

const VALID_FOR = { start: LONG_AGO.toISOString() };

/** A log as a trusted root lists it. */
export function logJson({ name, id, spki, version }: Rekor): Record<string, unknown> {
  return {
    baseUrl: `https://${name}`,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: spki.toString('base64'),
      keyDetails: version === 1 ? 'PKIX_ECDSA_P256_SHA_256' : 'PKIX_ED25519',
      validFor: VALID_FOR,
    },
    logId: { keyId: id.toString('base64') },
  };
}

function certificateLogJson({ id, spki }: CertificateLog): Record<string, unknown> {
  return logJson({ name: 'ctlog.test', id, spki, version: 1, enter: () => ({}) });
}

function authorityJson(authority: {
  readonly name: string;
  readonly chain: readonly Buffer[];
}): Record<string, unknown> {
  return {
    subject: { organization: authority.name, commonName: authority.name },
    uri: `https://${authority.name}`,
    certChain: {
      certificates: authority.chain.map((der) => ({ rawBytes: der.toString('base64') })),
    },
    validFor: VALID_FOR,
  };
}

// SPDX-License-Identifier: Apache-2.0
import { MAX_ATTESTATION_BYTES, MAX_EVIDENCE_ENTRIES } from '../core/limits.ts';
import { readCertificate, type Certificate } from './certificate.ts';
import {
  base64Bytes,
  bytesOf,
  childOf,
  listOf,
  memberOf,
  objectOf,
  stringOf,
  type JsonObject,
} from './json-fields.ts';
import { readLogEntry, type LogEntry } from './log-entry.ts';
import { malformed } from './malformed.ts';
import { parseStrictJson } from './strict-json.ts';
import { readTimestamp, type Timestamp } from './timestamp.ts';

/** What was signed: a DSSE envelope with its payload, or a file that lies elsewhere. */
export type SignedContent =
  | {
      readonly form: 'dsse';
      readonly payloadType: string;
      readonly payload: Buffer;
      readonly signature: Buffer;
    }
  | {
      readonly form: 'message';
      /** The sha256 that the bundle claims the file has; `null`: it claims a digest of another kind. */
      readonly sha256: Buffer | null;
      readonly signature: Buffer;
    };

/** A signature with everything that is needed to verify it offline; nothing verified yet. */
export interface SignedEntity {
  readonly content: SignedContent;
  /** `null`: signed by a key that is known beforehand. */
  readonly certificate: Certificate | null;
  readonly entries: readonly LogEntry[];
  readonly timestamps: readonly Timestamp[];
}

const MEDIA_TYPE =
  /^application\/vnd\.dev\.sigstore\.bundle(?:\+json;version=0\.(?<old>[123])|\.v0\.(?<recent>3)\+json)$/u;

/**
 * Reads a Sigstore bundle of version 0.1 to 0.3 (protobuf-specs, `Bundle`).
 * @throws Refusal `WP-ATTESTATION-MALFORMED`
 */
export function readBundle(bytes: Uint8Array): SignedEntity {
  if (bytes.length > MAX_ATTESTATION_BYTES) throw malformed('the bundle is too large');
  const bundle = objectOf(parseStrictJson(bytes, 'the bundle'), 'the bundle');
  const { old, recent } =
    MEDIA_TYPE.exec(stringOf(bundle, 'mediaType', 'the bundle'))?.groups ?? {};
  const version = Number(old ?? recent ?? NaN);
  if (Number.isNaN(version)) throw malformed('the bundle is of an unknown version');
  const material = childOf(bundle, 'verificationMaterial', 'the bundle');
  const timestamps = memberOf(material, 'timestampVerificationData');
  return {
    content: readContent(bundle),
    certificate: readSigner(material, version),
    entries: entriesOf(material, 'tlogEntries'),
    timestamps:
      timestamps === undefined
        ? []
        : listOf(
            objectOf(timestamps, 'timestampVerificationData'),
            'rfc3161Timestamps',
            'the bundle',
            MAX_EVIDENCE_ENTRIES,
          ).map((entry) =>
            readTimestamp(
              bytesOf(objectOf(entry, 'a timestamp'), 'signedTimestamp', 'a timestamp'),
            ),
          ),
  };
}

/**
 * Reads a PEP 740 attestation object (version 1) with its pending `timestamps`.
 * @throws Refusal `WP-ATTESTATION-MALFORMED`
 */
export function readAttestation(value: unknown): SignedEntity {
  const what = 'the attestation';
  const attestation = objectOf(value, what);
  if (memberOf(attestation, 'version') !== 1) throw malformed(`${what} is not of version 1`);
  const material = childOf(attestation, 'verification_material', what);
  const envelope = childOf(attestation, 'envelope', what);
  return {
    content: {
      form: 'dsse',
      payloadType: IN_TOTO,
      payload: bytesOf(envelope, 'statement', what),
      signature: bytesOf(envelope, 'signature', what),
    },
    certificate: readCertificate(bytesOf(material, 'certificate', what)),
    entries: entriesOf(material, 'transparency_entries'),
    timestamps: listOf(material, 'timestamps', what, MAX_EVIDENCE_ENTRIES).map((entry) => {
      if (typeof entry !== 'string') throw malformed(`${what}: a timestamp is not a text`);
      return readTimestamp(base64Bytes(entry, `${what}: a timestamp`));
    }),
  };
}

/** The one payload type of PEP 740. */
export const IN_TOTO = 'application/vnd.in-toto+json';

function entriesOf(material: JsonObject, name: string): readonly LogEntry[] {
  return listOf(material, name, 'the evidence', MAX_EVIDENCE_ENTRIES).map((entry) =>
    readLogEntry(objectOf(entry, 'a log entry')),
  );
}

function readSigner(material: JsonObject, version: number): Certificate | null {
  const [certificate, chain, key] = ['certificate', 'x509CertificateChain', 'publicKey'].map(
    (name) => memberOf(material, name),
  );
  if ([certificate, chain, key].filter((one) => one !== undefined).length !== 1) {
    throw malformed('the bundle does not name exactly one signer');
  }
  if (key !== undefined) return null;
  if (certificate !== undefined) {
    return readCertificate(
      bytesOf(objectOf(certificate, 'certificate'), 'rawBytes', 'certificate'),
    );
  }
  if (version === 3) throw malformed('a bundle of version 0.3 may not bring a certificate chain');
  const certificates = listOf(
    objectOf(chain, 'x509CertificateChain'),
    'certificates',
    'the bundle',
    MAX_EVIDENCE_ENTRIES,
  ).map((entry) =>
    readCertificate(bytesOf(objectOf(entry, 'a certificate'), 'rawBytes', 'a certificate')),
  );
  const [leaf] = certificates;
  if (leaf === undefined) throw malformed('the certificate chain of the bundle is empty');
  if (certificates.some(({ issuer, subject }) => issuer.equals(subject))) {
    throw malformed('the bundle brings a root certificate of its own');
  }
  return leaf;
}

function readContent(bundle: JsonObject): SignedContent {
  const envelope = memberOf(bundle, 'dsseEnvelope');
  const message = memberOf(bundle, 'messageSignature');
  if ((envelope === undefined) === (message === undefined)) {
    throw malformed('the bundle does not hold exactly one signed thing');
  }
  return envelope === undefined
    ? readMessage(objectOf(message, 'messageSignature'))
    : readEnvelope(objectOf(envelope, 'dsseEnvelope'));
}

function readEnvelope(envelope: JsonObject): SignedContent {
  const what = 'the envelope';
  const signatures = listOf(envelope, 'signatures', what, MAX_EVIDENCE_ENTRIES);
  if (signatures.length !== 1) {
    throw malformed(`the envelope has ${signatures.length} signatures where one is allowed`);
  }
  return {
    form: 'dsse',
    payloadType: stringOf(envelope, 'payloadType', what),
    payload: bytesOf(envelope, 'payload', what),
    signature: bytesOf(objectOf(signatures[0], what), 'sig', what),
  };
}

function readMessage(message: JsonObject): SignedContent {
  const what = 'the message signature';
  const signature = bytesOf(message, 'signature', what);
  // Only a hint, but the format asks for it, and other verifiers for what the format asks.
  const fields = childOf(message, 'messageDigest', what);
  const algorithm = stringOf(fields, 'algorithm', what);
  if (!/^SHA(?:2_(?:256|384|512)|3_(?:256|384))$/u.test(algorithm)) {
    throw malformed(`${what} has a digest of the unknown kind ${algorithm}`);
  }
  const digest = bytesOf(fields, 'digest', what);
  return { form: 'message', sha256: algorithm === 'SHA2_256' ? digest : null, signature };
}

/** What a DSSE signature is over: the pre-authentication encoding (DSSE v1). */
export function preAuthentication(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.byteLength(payloadType, 'utf8');
  const head = `DSSEv1 ${type} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head, 'utf8'), payload]);
}

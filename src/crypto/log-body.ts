// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { SignedContent } from './bundle.ts';
import {
  base64Bytes,
  bytesOf,
  childOf,
  hexBytes,
  listOf,
  memberOf,
  objectOf,
  stringOf,
  type JsonObject,
} from './json-fields.ts';
import type { LogEntry } from './log-entry.ts';
import { malformed } from './malformed.ts';
import { parseStrictJson } from './strict-json.ts';

/** What an entry must be about: this signature, by this key, over these bytes (attack H20). */
export interface LoggedThing {
  readonly content: SignedContent;
  /** sha256 of what the signature is over: the file, or the envelope's pre-authentication encoding. */
  readonly signedSha256: Buffer;
  /** The certificate's DER, or the bare key's (SPKI). */
  readonly signer: Buffer;
}

/** What the body says: signature, signer, and a digest of the payload or of all that was signed. */
interface Said {
  readonly signature: Buffer;
  readonly signer: Buffer;
  readonly digest: Buffer;
  readonly of: 'payload' | 'signed';
}

const READERS: ReadonlyMap<string, (spec: JsonObject) => Said> = new Map([
  ['hashedrekord/0.0.1', readHashedRekord1],
  ['hashedrekord/0.0.2', readHashedRekord2],
  ['dsse/0.0.1', readDsse1],
  ['dsse/0.0.2', readDsse2],
  ['intoto/0.0.2', readInToto2],
]);

/**
 * Why an entry is not about this signature, or `null` where it is.
 * @throws Refusal `WP-ATTESTATION-MALFORMED`
 */
export function bodyFault(entry: LogEntry, thing: LoggedThing): string | null {
  const what = 'the body of the log entry';
  const body = objectOf(parseStrictJson(entry.body, what), what);
  const { kind, version } = entry;
  if (memberOf(body, 'kind') !== kind || memberOf(body, 'apiVersion') !== version) {
    return 'the log entry is of another kind than it says';
  }
  const read = READERS.get(`${kind}/${version}`);
  if (read === undefined) return `log entries of the kind ${kind} ${version} are not known`;
  const said = read(childOf(body, 'spec', what));
  if (!said.signature.equals(thing.content.signature)) {
    return 'the log entry is of another signature';
  }
  if (!said.signer.equals(thing.signer)) return 'the log entry is of another signer';
  return said.digest.equals(digestOf(said, thing)) ? null : 'the log entry is of other bytes';
}

function digestOf(said: Said, { content, signedSha256 }: LoggedThing): Buffer {
  if (said.of === 'signed') return signedSha256;
  if (content.form === 'message') throw malformed('the log entry is of an envelope');
  return createHash('sha256').update(content.payload).digest();
}

function readHashedRekord1(spec: JsonObject): Said {
  const what = 'hashedrekord';
  const signature = childOf(spec, 'signature', what);
  return {
    signature: bytesOf(signature, 'content', what),
    signer: pemBytes(bytesOf(childOf(signature, 'publicKey', what), 'content', what)),
    digest: namedDigest(childOf(childOf(spec, 'data', what), 'hash', what)),
    of: 'signed',
  };
}

function readDsse1(spec: JsonObject): Said {
  const signature = onlyOne(spec, 'signatures');
  return {
    signature: bytesOf(signature, 'signature', 'dsse'),
    signer: pemBytes(bytesOf(signature, 'verifier', 'dsse')),
    digest: namedDigest(childOf(spec, 'payloadHash', 'dsse')),
    of: 'payload',
  };
}

function readInToto2(spec: JsonObject): Said {
  const what = 'intoto';
  const content = childOf(spec, 'content', what);
  const signature = onlyOne(childOf(content, 'envelope', what), 'signatures');
  return {
    // Encoded twice, by Rekor's own history.
    signature: base64Bytes(bytesOf(signature, 'sig', what).toString('latin1'), what),
    signer: pemBytes(bytesOf(signature, 'publicKey', what)),
    digest: namedDigest(childOf(content, 'payloadHash', what)),
    of: 'payload',
  };
}

function readHashedRekord2(spec: JsonObject): Said {
  const what = 'hashedrekord';
  const record = childOf(spec, 'hashedRekordV002', what);
  return {
    ...readSignature2(childOf(record, 'signature', what)),
    digest: digest2(childOf(record, 'data', what)),
    of: 'signed',
  };
}

function readDsse2(spec: JsonObject): Said {
  const record = childOf(spec, 'dsseV002', 'dsse');
  return {
    ...readSignature2(onlyOne(record, 'signatures')),
    digest: digest2(childOf(record, 'payloadHash', 'dsse')),
    of: 'payload',
  };
}

function readSignature2(signature: JsonObject): Pick<Said, 'signature' | 'signer'> {
  const what = 'a signature of the log entry';
  const verifier = childOf(signature, 'verifier', what);
  const key = memberOf(verifier, 'x509Certificate') ?? memberOf(verifier, 'publicKey');
  return {
    signature: bytesOf(signature, 'content', what),
    signer: bytesOf(objectOf(key, what), 'rawBytes', what),
  };
}

function onlyOne(holder: JsonObject, name: string): JsonObject {
  const [one, ...others] = listOf(holder, name, 'the log entry', 2);
  if (others.length > 0) throw malformed('the log entry has several signatures');
  return objectOf(one, 'the signature of the log entry');
}

function namedDigest(hash: JsonObject): Buffer {
  if (memberOf(hash, 'algorithm') !== 'sha256') throw malformed('the log entry has no sha256');
  return hexBytes(stringOf(hash, 'value', 'the log entry'), 'a digest of the log entry');
}

function digest2(hash: JsonObject): Buffer {
  if (memberOf(hash, 'algorithm') !== 'SHA2_256') throw malformed('the log entry has no sha256');
  return bytesOf(hash, 'digest', 'the log entry');
}

const PEM =
  /^-----BEGIN (?<label>CERTIFICATE|PUBLIC KEY)-----\n(?<body>(?:[A-Za-z0-9+/=]+\n)+)-----END \k<label>-----\n?$/u;

function pemBytes(pem: Buffer): Buffer {
  const body = PEM.exec(pem.toString('latin1'))?.groups?.['body'];
  if (body === undefined) throw malformed('the signer in the log entry is not PEM');
  return base64Bytes(body.replaceAll('\n', ''), 'the signer in the log entry');
}

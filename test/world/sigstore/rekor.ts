// SPDX-License-Identifier: Apache-2.0
import { createHash, sign } from 'node:crypto';
import { canonicalJson } from '../../../src/core/canonical-json.ts';
import { generateKeys, pem, spkiOf } from '../x509.ts';
import { LogTree } from './log-tree.ts';

/** A transparency log of the first (`rekor/1`) or second (`rekor/2`) version of Rekor. */
export interface Rekor {
  readonly version: 1 | 2;
  /** Its host: what its checkpoints are signed as. */
  readonly name: string;
  readonly id: Buffer;
  readonly spki: Buffer;
  /** Writes a signature into the log and tells of it (protobuf-specs, `TransparencyLogEntry`). */
  enter(thing: Logged, lies?: RekorLies): LogEntryJson;
}

export interface Logged {
  /** DSSE payload and what was signed of it (the pre-authentication encoding). */
  readonly payload: Uint8Array;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  /** DER. */
  readonly certificate: Uint8Array;
}

export interface RekorLies {
  /** What the log says of when it took the entry; now where absent. */
  readonly at?: Date;
  /** `false`: no signed entry timestamp, although the time is stated. */
  readonly promises?: boolean;
  /** As the log had it: `dsse` where absent. */
  readonly kind?: 'dsse' | 'hashedrekord';
  /** Changes the body before it is logged. */
  readonly bend?: (body: Json) => Json;
}

export type Json = { [name: string]: unknown };
export type LogEntryJson = Json;

const TREE_ID = '1193050959916656506';

export function openRekor(version: 1 | 2, name = `rekor-v${version}.test`): Rekor {
  const keys = generateKeys(version === 1 ? 'ec' : 'ed25519');
  const spki = spkiOf(keys.publicKey);
  const id = version === 1 ? sha256(spki) : noteKeyId(name, spki.subarray(-32));
  const tree = new LogTree();
  // Earlier entries, so that a proof has a path.
  for (const word of ['one', 'two', 'three']) tree.append(Buffer.from(word));
  const signs = (data: Uint8Array): Buffer =>
    sign(version === 1 ? 'sha256' : null, data, keys.privateKey);

  const proofOf = (index: number): Json => {
    const root = tree.root().toString('base64');
    const origin = version === 1 ? `${name} - ${TREE_ID}` : name;
    const note = `${origin}\n${tree.size}\n${root}\n`;
    const signature = Buffer.concat([id.subarray(0, 4), signs(Buffer.from(note))]);
    return {
      logIndex: String(index),
      rootHash: root,
      treeSize: String(tree.size),
      hashes: tree.path(index).map((hash) => hash.toString('base64')),
      checkpoint: { envelope: `${note}\n\u2014 ${name} ${signature.toString('base64')}\n` },
    };
  };

  return {
    version,
    name,
    id,
    spki,
    enter(thing, lies = {}) {
      const kind = lies.kind ?? 'dsse';
      const honest = version === 1 ? bodyOf1(kind, thing) : bodyOf2(kind, thing);
      const text = canonicalJson(lies.bend?.(honest) ?? honest);
      const body = Buffer.from(text).toString('base64');
      const index = tree.append(Buffer.from(text));
      const entry: Json = {
        logIndex: String(index),
        logId: { keyId: id.toString('base64') },
        kindVersion: { kind, version: version === 1 ? '0.0.1' : '0.0.2' },
        inclusionProof: proofOf(index),
        canonicalizedBody: body,
      };
      if (version === 2) return { ...entry, integratedTime: '0' };
      const integratedTime = Math.floor((lies.at ?? new Date()).getTime() / 1000);
      const promised = canonicalJson({
        body,
        integratedTime,
        logID: id.toString('hex'),
        logIndex: index,
      });
      const signedEntryTimestamp = signs(Buffer.from(promised)).toString('base64');
      const promise = lies.promises === false ? {} : { inclusionPromise: { signedEntryTimestamp } };
      return { ...entry, integratedTime: String(integratedTime), ...promise };
    },
  };
}

function bodyOf1(kind: 'dsse' | 'hashedrekord', thing: Logged): Json {
  const signature = base64(thing.signature);
  const verifier = base64(Buffer.from(pem(Buffer.from(thing.certificate))));
  const hashOf = (bytes: Uint8Array): Json => ({
    algorithm: 'sha256',
    value: sha256(bytes).toString('hex'),
  });
  const envelope = {
    payload: base64(thing.payload),
    payloadType: 'application/vnd.in-toto+json',
    signatures: [{ sig: signature }],
  };
  const spec =
    kind === 'dsse'
      ? {
          envelopeHash: hashOf(Buffer.from(canonicalJson(envelope))),
          payloadHash: hashOf(thing.payload),
          signatures: [{ signature, verifier }],
        }
      : {
          data: { hash: hashOf(thing.signed) },
          signature: { content: signature, publicKey: { content: verifier } },
        };
  return { apiVersion: '0.0.1', kind, spec };
}

function bodyOf2(kind: 'dsse' | 'hashedrekord', thing: Logged): Json {
  const signature = {
    content: base64(thing.signature),
    verifier: {
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      x509Certificate: { rawBytes: base64(thing.certificate) },
    },
  };
  const digestOf = (bytes: Uint8Array): Json => ({
    algorithm: 'SHA2_256',
    digest: base64(sha256(bytes)),
  });
  const spec =
    kind === 'dsse'
      ? { dsseV002: { payloadHash: digestOf(thing.payload), signatures: [signature] } }
      : { hashedRekordV002: { data: digestOf(thing.signed), signature } };
  return { apiVersion: '0.0.2', kind, spec };
}

/** C2SP signed-note: an Ed25519 key is known by its log's name and its bytes. */
const noteKeyId = (name: string, key: Uint8Array): Buffer =>
  createHash('sha256')
    .update(Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([1]), key]))
    .digest();

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

// SPDX-License-Identifier: Apache-2.0
import { canonicalJson } from '../core/canonical-json.ts';
import { Refusal } from '../core/errors.ts';
import { isSignedBy, readCheckpoint, type Checkpoint } from './checkpoint.ts';
import {
  base64Bytes,
  bytesOf,
  childOf,
  countOf,
  listOf,
  memberOf,
  objectOf,
  stringOf,
  type JsonObject,
} from './json-fields.ts';
import { malformed } from './malformed.ts';
import { leafHash, rootOfInclusion } from './merkle.ts';
import { hasSigned } from './signature.ts';
import { isTrustedAt, type TrustedLog } from './trusted-root.ts';

/** An entry of a Rekor log of the first or second version; nothing verified yet. */
export interface LogEntry {
  /** Across all shards of the log, as people look it up. */
  readonly index: number;
  readonly logId: Buffer;
  readonly kind: string;
  readonly version: string;
  /** Milliseconds since 1970; `null` where the entry states no time. */
  readonly integratedTime: number | null;
  /** The log's signature over the entry and its time (Rekor v1). */
  readonly promise: Buffer | null;
  readonly proof: InclusionProof;
  readonly body: Buffer;
}

interface InclusionProof {
  readonly index: number;
  readonly size: number;
  readonly root: Buffer;
  readonly hashes: readonly Buffer[];
  readonly checkpoint: Checkpoint;
}

/** The longest path in a tree whose size a double holds. */
const MAX_PATH = 53;

/**
 * Reads a `TransparencyLogEntry` (protobuf-specs, rekor/v1). An inclusion proof with its checkpoint
 * is required: a promise alone was never kept before anybody's eyes.
 * @throws Refusal `WP-ATTESTATION-MALFORMED`, `WP-ATTESTATION-LOG` without proof or checkpoint
 */
export function readLogEntry(entry: JsonObject): LogEntry {
  const what = 'the log entry';
  const kindVersion = childOf(entry, 'kindVersion', what);
  const promise = memberOf(entry, 'inclusionPromise');
  const time =
    memberOf(entry, 'integratedTime') === undefined ? 0 : countOf(entry, 'integratedTime', what);
  return {
    // Protobuf leaves out a field that is 0.
    index: memberOf(entry, 'logIndex') === undefined ? 0 : countOf(entry, 'logIndex', what),
    logId: bytesOf(childOf(entry, 'logId', what), 'keyId', what),
    kind: stringOf(kindVersion, 'kind', what),
    version: stringOf(kindVersion, 'version', what),
    integratedTime: time === 0 ? null : time * 1000,
    promise:
      promise === undefined ? null : bytesOf(objectOf(promise, what), 'signedEntryTimestamp', what),
    proof: readProof(entry, what),
    body: bytesOf(entry, 'canonicalizedBody', what),
  };
}

function readProof(entry: JsonObject, what: string): InclusionProof {
  if (memberOf(entry, 'inclusionProof') === undefined) throw unproved(`${what} has no proof`);
  const proof = childOf(entry, 'inclusionProof', what);
  if (memberOf(proof, 'checkpoint') === undefined) {
    throw unproved(`the inclusion proof of ${what} has no checkpoint, so no log signs its root`);
  }
  const envelope = stringOf(childOf(proof, 'checkpoint', what), 'envelope', what);
  return {
    index: memberOf(proof, 'logIndex') === undefined ? 0 : countOf(proof, 'logIndex', what),
    size: countOf(proof, 'treeSize', what),
    root: bytesOf(proof, 'rootHash', what),
    hashes: listOf(proof, 'hashes', what, MAX_PATH).map((hash) => {
      const bytes = typeof hash === 'string' ? base64Bytes(hash, `${what}: a hash`) : null;
      if (bytes?.length !== 32) throw malformed(`${what}: a hash of the proof is no SHA-256`);
      return bytes;
    }),
    checkpoint: readCheckpoint(envelope),
  };
}

const unproved = (message: string): Refusal => new Refusal('WP-ATTESTATION-LOG', { message });

/** Why this log does not hold the entry, or `null` where it does. */
export function inclusionFault(entry: LogEntry, log: TrustedLog): string | null {
  const { proof, body } = entry;
  const { checkpoint } = proof;
  if (checkpoint.size !== proof.size || !checkpoint.root.equals(proof.root)) {
    return 'the proof is not for the tree that its checkpoint signs';
  }
  const root = rootOfInclusion(leafHash(body), proof.index, proof.size, proof.hashes);
  if (root === null || !root.equals(checkpoint.root)) {
    return 'the inclusion proof does not lead to the signed root';
  }
  if (!isSignedBy(checkpoint, log)) return 'the checkpoint is not signed by this log';
  return entry.promise === null ? null : promiseFault(entry, entry.promise, log);
}

function promiseFault(entry: LogEntry, promise: Buffer, log: TrustedLog): string | null {
  const { integratedTime } = entry;
  if (integratedTime === null) return 'the promise of the log has no time';
  if (!isTrustedAt(log, integratedTime)) {
    return "the trusted root did not allow this log's key at that time";
  }
  const signed = canonicalJson({
    body: entry.body.toString('base64'),
    integratedTime: integratedTime / 1000,
    logID: entry.logId.toString('hex'),
    logIndex: entry.index,
  });
  return hasSigned(log.key, Buffer.from(signed, 'utf8'), promise)
    ? null
    : 'the signed entry timestamp is wrong';
}

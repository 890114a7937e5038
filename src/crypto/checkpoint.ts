// SPDX-License-Identifier: Apache-2.0
import { base64Bytes } from './json-fields.ts';
import { malformed } from './malformed.ts';
import { hasSigned } from './signature.ts';
import type { TrustedLog } from './trusted-root.ts';

/** A log's signed statement of its size and root (C2SP tlog-checkpoint in a signed-note). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  /** What is signed. */
  readonly note: string;
  readonly signatures: readonly {
    readonly name: string;
    readonly hint: Buffer;
    readonly signature: Buffer;
  }[];
}

const SIGNATURE_LINE = /^\u2014 (?<name>[^\s+]+) (?<value>[A-Za-z0-9+/]+={0,2})$/u;
const MAX_SIGNATURES = 64;

/** @throws Refusal `WP-ATTESTATION-MALFORMED` */
export function readCheckpoint(envelope: string): Checkpoint {
  const end = envelope.indexOf('\n\n');
  if (end === -1 || !envelope.endsWith('\n')) throw malformed('the checkpoint is no signed note');
  const note = envelope.slice(0, end + 1);
  const [origin = '', size = '', root = ''] = note.split('\n');
  if (
    origin === '' ||
    !/^(?:0|[1-9]\d{0,15})$/u.test(size) ||
    !Number.isSafeInteger(Number(size))
  ) {
    throw malformed('the checkpoint has no origin or size');
  }
  const rootHash = base64Bytes(root, 'the root hash of the checkpoint');
  if (rootHash.length !== 32) throw malformed('the root hash of the checkpoint is not a SHA-256');
  const lines = envelope.slice(end + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw malformed('the checkpoint has too many signatures');
  const signatures = lines.map((line) => {
    const { name = '', value = '' } = SIGNATURE_LINE.exec(line)?.groups ?? {};
    const bytes = base64Bytes(value, 'a signature of the checkpoint');
    if (bytes.length < 5) throw malformed('a signature of the checkpoint is cut short');
    return { name, hint: bytes.subarray(0, 4), signature: bytes.subarray(4) };
  });
  return { origin, size: Number(size), root: rootHash, note, signatures };
}

/**
 * Whether this log signed the checkpoint: under its own name, its own key, and for itself (the
 * first version of Rekor writes `NAME - TREE` as origin). Others' signatures on it are passed over,
 * and so is a second one in its name: a log signs once, and each try costs.
 */
export function isSignedBy(checkpoint: Checkpoint, log: TrustedLog): boolean {
  const { origin, note, signatures } = checkpoint;
  if (origin !== log.name && !origin.startsWith(`${log.name} - `)) return false;
  const data = Buffer.from(note, 'utf8');
  const own = signatures.find(({ name, hint }) => name === log.name && hint.equals(log.keyHint));
  return own !== undefined && hasSigned(log.key, data, own.signature);
}

// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import type { Signer } from '../core/tuf-repository.ts';
import type { JsonObject } from '../core/strict-json.ts';
import type { Fragments } from './fragments.ts';
import { olpcJson, olpcString } from './olpc-json.ts';
import { statedKey } from './signing.ts';

/* Canonical texts of the documents that a repository signs (TUF specification, section 4). */

const SPEC = '1.0.31';
/** The role that hands every path to its bin. */
export const BINS = 'bins';
export const BIN_PREFIX = 'bin';

export interface Head {
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** Section 4.2: no fractions of seconds. */
function timeText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

export function targetFragment(path: string, length: number, sha256: string): string {
  return `${olpcString(path)}:{"hashes":{"sha256":"${sha256}"},"length":${length}}`;
}

export function metaFragment(role: string, version: number): string {
  return `${olpcString(`${role}.json`)}:{"version":${version}}`;
}

export function binText({ version, expires }: Head, targets: Fragments): string {
  return `{"_type":"targets","expires":"${timeText(expires)}","spec_version":"${SPEC}","targets":${targets.toText()},"version":${version}}`;
}

export function snapshotText({ version, expires }: Head, meta: Fragments): string {
  return `{"_type":"snapshot","expires":"${timeText(expires)}","meta":${meta.toText()},"spec_version":"${SPEC}","version":${version}}`;
}

/** States length and hash of the snapshot: so a client never asks for more than there is. */
export function timestampText(
  { version, expires }: Head,
  snapshot: Uint8Array,
  number: number,
): string {
  const meta = {
    hashes: { sha256: hash('sha256', snapshot, 'hex') },
    length: snapshot.length,
    version: number,
  };
  return `{"_type":"timestamp","expires":"${timeText(expires)}","meta":{"snapshot.json":${olpcJson(meta)}},"spec_version":"${SPEC}","version":${version}}`;
}

export interface RootKeys {
  /** Who signs root, targets and bins, by public keys. */
  readonly holders: readonly string[];
  readonly threshold: number;
  /** Who signs snapshot and timestamp. */
  readonly online: string;
}

export function rootText(head: Head, { holders, threshold, online }: RootKeys): string {
  const offline = roleOf(holders, threshold);
  const server = roleOf([online], 1);
  return olpcJson({
    ...headOf('root', head),
    consistent_snapshot: true,
    keys: keysOf([...holders, online]),
    roles: { root: offline, targets: offline, snapshot: server, timestamp: server },
  });
}

/** Delegates everything to the bins; delegations of projects to their developers come before it. */
export function targetsText(head: Head, holders: readonly string[], threshold: number): string {
  const everything = Array.from('0123456789abcdef');
  const bins = {
    ...roleOf(holders, threshold),
    name: BINS,
    path_hash_prefixes: everything,
    terminating: false,
  };
  return olpcJson({
    ...headOf('targets', head),
    targets: {},
    delegations: { keys: keysOf(holders), roles: [bins] },
  });
}

/** TAP 15. */
export function binsText(head: Head, online: string, bits: number): string {
  const succinct = { ...roleOf([online], 1), bit_length: bits, name_prefix: BIN_PREFIX };
  return olpcJson({
    ...headOf('targets', head),
    targets: {},
    delegations: { keys: keysOf([online]), succinct_roles: succinct },
  });
}

export function publicKeys(signers: readonly Signer[]): readonly string[] {
  return signers.map(({ publicKey }) => publicKey);
}

function headOf(type: string, { version, expires }: Head): JsonObject {
  return { _type: type, spec_version: SPEC, version, expires: timeText(expires) };
}

function keysOf(publicKeysOfRole: readonly string[]): JsonObject {
  return Object.fromEntries(
    publicKeysOfRole.map(statedKey).map(({ keyid, stated }) => [keyid, stated]),
  );
}

function roleOf(publicKeysOfRole: readonly string[], threshold: number): JsonObject {
  return { keyids: publicKeysOfRole.map((key) => statedKey(key).keyid), threshold };
}

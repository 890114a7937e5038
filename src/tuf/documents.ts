// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import type { Signer } from '../core/tuf-repository.ts';
import { isList, type Json, type JsonObject } from '../core/strict-json.ts';
import type { Fragments } from './fragments.ts';
import { olpcJson, olpcString } from './olpc-json.ts';
import { statedKey } from './signing.ts';
import { MAX_SEGMENTS } from './target-path.ts';

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
export function timeText(time: number): string {
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
  /** What the holders are called, by public key. */
  readonly names?: ReadonlyMap<string, string>;
}

/** Not of the specification, which lets a root hold more than it asks for: names by key id. */
export const HOLDER_NAMES = 'x-wheelproof-holders';

export function rootText(head: Head, { holders, threshold, online, names }: RootKeys): string {
  const offline = roleOf(holders, threshold);
  const server = roleOf([online], 1);
  const named = holders.flatMap((key) => {
    const name = names?.get(key);
    return name === undefined ? [] : [[statedKey(key).keyid, name] as const];
  });
  return olpcJson({
    ...headOf('root', head),
    consistent_snapshot: true,
    keys: keysOf([...holders, online]),
    roles: { root: offline, targets: offline, snapshot: server, timestamp: server },
    ...(named.length === 0 ? {} : { [HOLDER_NAMES]: Object.fromEntries(named) }),
  });
}

/**
 * Every path, as patterns, none of which crosses a `/`. Hash prefixes would say it in fewer bytes, but
 * go-tuf up to 2.4.2 takes them for base64 (go-tuf#783) and finds nothing.
 */
const EVERYTHING = Array.from({ length: MAX_SEGMENTS }, (_, place) =>
  Array.from({ length: place + 1 }, () => '*').join('/'),
);

/** Delegates everything to the bins; delegations of projects to their developers come before it. */
export function targetsText(head: Head, holders: readonly string[], threshold: number): string {
  const bins = {
    ...roleOf(holders, threshold),
    name: BINS,
    paths: EVERYTHING,
    terminating: false,
  };
  return olpcJson({
    ...headOf('targets', head),
    targets: {},
    delegations: { keys: keysOf(holders), roles: [bins] },
  });
}

/**
 * The targets that follow these: whatever else they hold and delegate stays, in its order, and
 * everything goes to the bins of these holders.
 */
export function nextTargetsText(
  before: JsonObject,
  head: Head,
  holders: readonly string[],
  threshold: number,
): string {
  const after = readDocument(targetsText(head, holders, threshold));
  const [old, next] = [delegationsOf(before), delegationsOf(after)];
  const [bins] = next.roles;
  const roles = old.roles.map((role) => (nameOf(role) === BINS ? (bins ?? role) : role));
  const used = new Set(roles.flatMap(keyidsOf));
  const keys = Object.entries({ ...old.keys, ...next.keys }).filter(([keyid]) => used.has(keyid));
  const delegations = { ...old.rest, keys: Object.fromEntries(keys), roles };
  const { version, expires } = after;
  return olpcJson({ ...before, version: version ?? 0, expires: expires ?? '', delegations });
}

function readDocument(text: string): JsonObject {
  return JSON.parse(text);
}

function delegationsOf({ delegations }: JsonObject) {
  const { keys = {}, roles = [], ...rest } = asObject(delegations);
  return { keys: asObject(keys), roles: isList(roles) ? roles : [], rest };
}

function nameOf(role: Json): Json | undefined {
  return asObject(role)['name'];
}

function keyidsOf(role: Json): readonly Json[] {
  const { keyids = [] } = asObject(role);
  return isList(keyids) ? keyids : [];
}

/** What was read by the strict reader before: the form is known. */
function asObject(value: Json | undefined): JsonObject {
  return value === undefined || value === null || typeof value !== 'object' || isList(value)
    ? {}
    : value;
}

/** How paths are spread: TAP 15. */
export interface BinShape {
  readonly bits: number;
  readonly prefix: string;
}

/** TAP 15. */
export function binsText(head: Head, online: string, { bits, prefix }: BinShape): string {
  const succinct = { ...roleOf([online], 1), bit_length: bits, name_prefix: prefix };
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

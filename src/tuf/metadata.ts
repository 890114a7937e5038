// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { Json } from '../core/strict-json.ts';
import { readDelegations, type Delegations } from './delegations.ts';
import { Fields } from './fields.ts';
import { readKeys, readRole, type Keys, type Role } from './keys.ts';
import { MAX_SIGNATURES, MAX_STATED_BYTES } from './limits.ts';
import { olpcJson } from './olpc-json.ts';
import { malformed, parseStrictJson } from './strict-json.ts';

/** TUF specification, section 4.2: what every role's document holds. */
export interface Signed {
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

export const TOP_LEVEL_ROLES = ['root', 'timestamp', 'snapshot', 'targets'] as const;
export type TopLevelRole = (typeof TOP_LEVEL_ROLES)[number];

/** Section 4.3. */
export interface Root extends Signed {
  readonly consistentSnapshot: boolean;
  readonly keys: Keys;
  readonly roles: Readonly<Record<TopLevelRole, Role>>;
}

/** What a timestamp or snapshot says of another document. */
export interface MetaFile {
  readonly version: number;
  readonly length: number | null;
  readonly hashes: Readonly<Record<string, string>> | null;
}

/** Section 4.6. */
export interface Timestamp extends Signed {
  readonly snapshot: MetaFile;
}

/** Section 4.4. Keys are file names: `targets.json`. */
export interface Snapshot extends Signed {
  readonly meta: ReadonlyMap<string, MetaFile>;
}

/** What a target has to be. */
export interface Target {
  readonly path: string;
  readonly length: number;
  readonly hashes: Readonly<Record<string, string>>;
  readonly custom: Json;
}

/** Section 4.5. */
export interface Targets extends Signed {
  target(path: string): Target | null;
  /** Every target, not looked at yet. */
  entries(): readonly (readonly [string, Json])[];
  readonly delegations: Delegations | null;
}

export interface Signature {
  readonly keyid: string;
  readonly bytes: Uint8Array;
}

/** A document that was read, but whose signatures nobody has checked yet. */
export interface Envelope {
  readonly what: string;
  readonly signed: Json;
  /** The bytes that are signed. */
  readonly message: Uint8Array;
  readonly signatures: readonly Signature[];
}

/** @throws Refusal `WP-TUF-MALFORMED` */
export function openEnvelope(bytes: Uint8Array, what: string): Envelope {
  const fields = new Fields(parseStrictJson(bytes, what), what);
  const signed = fields.raw('signed');
  if (signed === undefined) throw malformed(what, '"signed" is missing');
  const list = fields.list('signatures');
  if (list.length > MAX_SIGNATURES) throw malformed(what, `more than ${MAX_SIGNATURES} signatures`);
  const signatures = list.map((item) => readSignature(item, what));
  if (new Set(signatures.map(({ keyid }) => keyid)).size !== signatures.length)
    throw malformed(what, 'two signatures of one key id (section 4.2.1)');
  return { what, signed, message: Buffer.from(olpcJson(signed), 'utf8'), signatures };
}

function readSignature(item: Json, what: string): Signature {
  const fields = new Fields(item, `${what}: a signature`);
  const sig = fields.text('sig');
  // Something that is no signature makes no difference to those that are.
  const isHex = /^(?:[0-9a-f]{2})*$/iu.test(sig);
  return { keyid: fields.text('keyid'), bytes: isHex ? Buffer.from(sig, 'hex') : new Uint8Array() };
}

/** @throws Refusal `WP-TUF-MALFORMED` */
export function readRoot({ signed, what }: Envelope): Root {
  const { fields, ...common } = readSigned(signed, 'root', what);
  const keys = readKeys(fields.object('keys'), what);
  const roles = fields.object('roles');
  const role = (name: TopLevelRole): Role => readRole(roles.object(name), keys, `${what}: ${name}`);
  return {
    ...common,
    consistentSnapshot: fields.has('consistent_snapshot') && fields.truth('consistent_snapshot'),
    keys,
    roles: {
      root: role('root'),
      timestamp: role('timestamp'),
      snapshot: role('snapshot'),
      targets: role('targets'),
    },
  };
}

/** @throws Refusal `WP-TUF-MALFORMED` */
export function readTimestamp({ signed, what }: Envelope): Timestamp {
  const { fields, ...common } = readSigned(signed, 'timestamp', what);
  const snapshot = readMetaFile(fields.object('meta').object('snapshot.json'));
  return { ...common, snapshot };
}

/** @throws Refusal `WP-TUF-MALFORMED` */
export function readSnapshot({ signed, what }: Envelope): Snapshot {
  const { fields, ...common } = readSigned(signed, 'snapshot', what);
  const meta = new Map<string, MetaFile>();
  for (const [name, value] of fields.object('meta').entries())
    meta.set(name, readMetaFile(new Fields(value, what)));
  if (!meta.has('targets.json')) throw malformed(what, '"targets.json" is missing');
  return { ...common, meta };
}

/** Targets are read one by one when they are asked for. @throws Refusal `WP-TUF-MALFORMED` */
export function readTargets({ signed, what }: Envelope): Targets {
  const { fields, ...common } = readSigned(signed, 'targets', what);
  const targets = fields.object('targets');
  const delegations = fields.has('delegations')
    ? readDelegations(fields.object('delegations'), what)
    : null;
  const target = (path: string): Target | null =>
    targets.has(path) ? readTarget(path, targets.object(path)) : null;
  return { ...common, delegations, target, entries: () => targets.entries() };
}

function readTarget(path: string, fields: Fields): Target {
  return {
    path,
    length: fields.integer('length', 0),
    hashes: readHashes(fields.object('hashes')),
    custom: fields.raw('custom') ?? null,
  };
}

function readMetaFile(fields: Fields): MetaFile {
  return {
    version: fields.integer('version', 1),
    length: fields.has('length') ? fields.integer('length', 1, MAX_STATED_BYTES) : null,
    hashes: fields.has('hashes') ? readHashes(fields.object('hashes')) : null,
  };
}

function readHashes(fields: Fields): Readonly<Record<string, string>> {
  const names = fields.entries().map(([name]) => name);
  if (names.length === 0) throw fields.wrong('sha256', 'a hash');
  return Object.fromEntries(names.map((name) => [name, fields.text(name).toLowerCase()]));
}

function readSigned(signed: Json, type: TopLevelRole, what: string) {
  const fields = new Fields(signed, what);
  const found = fields.text('_type');
  if (found !== type) throw malformed(what, `expected the type "${type}", found "${found}"`);
  if (!/^1\.\d/u.test(fields.text('spec_version')))
    throw malformed(what, 'expected version 1 of the specification');
  const expires = readTime(fields.text('expires'));
  if (expires === null) throw fields.wrong('expires', 'a time written as 2030-01-31T00:00:00Z');
  return { fields, version: fields.integer('version', 1), expires };
}

/** Section 4.2: `YYYY-MM-DDTHH:MM:SSZ` and nothing else; `null` for what is no such time. */
function readTime(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u.test(text)) return null;
  const time = Date.parse(text);
  if (Number.isNaN(time)) return null;
  return new Date(time).toISOString() === text.replace('Z', '.000Z') ? time : null;
}

/** @throws Refusal `WP-TUF-EXPIRED` */
export function verifyNotExpired(signed: Signed, what: string, now: number): void {
  if (now < signed.expires) return;
  throw new Refusal('WP-TUF-EXPIRED', {
    message:
      `${what}: version ${signed.version} expired at ${new Date(signed.expires).toISOString()}, ` +
      `and it is ${new Date(now).toISOString()}`,
  });
}

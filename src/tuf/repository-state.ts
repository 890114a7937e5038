// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { JsonObject } from '../core/strict-json.ts';
import { STAGED, type StagedFolder } from '../core/tuf-repository.ts';
import type { DelegatedRole, Delegations } from './delegations.ts';
import { BINS, HOLDER_NAMES, type BinShape } from './documents.ts';
import { Fields } from './fields.ts';
import { verifyThreshold } from './keys.ts';
import {
  openEnvelope,
  readTargets,
  type Root,
  type Snapshot,
  type Targets,
  type Timestamp,
} from './metadata.ts';
import { parseStrictJson } from './strict-json.ts';
import { TrustedSet, type Delegator } from './trusted-set.ts';

/** Nothing has expired at the beginning of time: a writer mends what has. */
const NEVER_LATE = 0;

/** What a folder publishes now, every signature of it checked from its first root on. */
export interface RepositoryState {
  readonly trusted: TrustedSet;
  readonly root: Root;
  readonly timestamp: Timestamp;
  readonly snapshot: Snapshot;
  readonly snapshotBytes: Uint8Array;
  readonly targets: Targets;
  readonly bins: Targets;
  readonly bits: number;
  readonly prefix: string;
  readonly delegations: Delegations;
  /** The targets document as it was signed. */
  readonly targetsSigned: JsonObject;
  /** Public keys of the root role, and how many of them must sign. */
  readonly holders: readonly string[];
  readonly threshold: number;
  /** What the root calls them, by public key. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * @throws Refusal `WP-TUF-REPOSITORY` where nothing is published; else whatever a client would
 * refuse, but for what has expired.
 */
export async function readState(folder: StagedFolder): Promise<RepositoryState> {
  if ((await folder.read('timestamp.json')) === null)
    throw new Refusal('WP-TUF-REPOSITORY', { message: 'no TUF repository is published here' });
  const trusted = await readRoots(folder);
  trusted.updateTimestamp(await mustRead(folder, 'timestamp.json'));
  const { timestamp } = trusted;
  if (timestamp === null) throw new TypeError('the timestamp was not taken');
  const snapshotBytes = await mustRead(folder, `${timestamp.snapshot.version}.snapshot.json`);
  trusted.updateSnapshot(snapshotBytes);
  const { snapshot } = trusted;
  if (snapshot === null) throw new TypeError('the snapshot was not taken');
  const targets = await readRole(folder, trusted, 'targets', { kind: 'root' });
  const bins = await readRole(folder, trusted, BINS, delegatorOf(targets, BINS));
  const { bits, prefix } = await readShape(folder, trusted);
  if (bins.delegations === null) throw wrongShape();
  const { root } = trusted;
  const { delegations } = bins;
  const found = { trusted, root, timestamp, snapshot, snapshotBytes };
  const name = `${root.version}.root.json`;
  const offline = readHolders(await mustRead(folder, name), name);
  const targetsSigned = await readSigned(folder, `${targets.version}.targets.json`);
  return { ...found, targets, targetsSigned, bins, bits, prefix, delegations, ...offline };
}

export async function readRoots(folder: StagedFolder): Promise<TrustedSet> {
  const trusted = new TrustedSet(await mustRead(folder, '1.root.json'), NEVER_LATE);
  for (;;) {
    const next = await folder.read(`${trusted.root.version + 1}.root.json`);
    if (next === null) return trusted;
    trusted.updateRoot(next);
  }
}

async function readSigned(folder: StagedFolder, name: string): Promise<JsonObject> {
  return new Fields(openEnvelope(await mustRead(folder, name), name).signed, name).value;
}

/** Whose signatures a root demands for the next. @throws Refusal `WP-TUF-MALFORMED` */
export function readHolders(root: Uint8Array, what: string) {
  const fields = new Fields(openEnvelope(root, what).signed, what);
  const role = fields.object('roles').object('root');
  const keys = fields.object('keys');
  const keyids = role.texts('keyids');
  const publicKey = (keyid: string): string => keys.object(keyid).object('keyval').text('public');
  const given = fields.has(HOLDER_NAMES) ? fields.object(HOLDER_NAMES) : null;
  const names = keyids.flatMap((keyid) =>
    given?.has(keyid) === true ? [[publicKey(keyid), given.text(keyid)] as const] : [],
  );
  const threshold = role.integer('threshold', 1);
  return { holders: keyids.map(publicKey), threshold, names: new Map(names) };
}

export async function readRole(
  folder: StagedFolder,
  trusted: TrustedSet,
  role: string,
  delegator: Delegator,
): Promise<Targets> {
  const version = trusted.metaOf(role)?.version;
  if (version === undefined)
    throw new Refusal('WP-TUF-ROLLBACK', { message: `${role}: the snapshot does not name it` });
  return trusted.updateTargets(await mustRead(folder, `${version}.${role}.json`), role, delegator);
}

/** The names of all bins. */
export function* binNames({ bits, prefix }: BinShape): Generator<string> {
  const width = Math.ceil(bits / 4);
  for (let number = 0; number < 2 ** bits; number++)
    yield `${prefix}-${number.toString(16).padStart(width, '0')}`;
}

/** One bin at one version, signed by who may. @throws Refusal as a client would. */
export async function readBin(
  folder: StagedFolder,
  { delegations }: RepositoryState,
  name: string,
  version: number,
): Promise<Targets> {
  const [role] = delegations.rolesFor('');
  if (role === undefined) throw wrongShape();
  const envelope = openEnvelope(await mustRead(folder, `${version}.${name}.json`), name);
  verifyThreshold(envelope, role, delegations.keys);
  const targets = readTargets(envelope);
  if (targets.version === version) return targets;
  throw new Refusal('WP-TUF-ROLLBACK', {
    message: `${name}: version ${targets.version}, expected version ${version}`,
  });
}

export function delegatorOf({ delegations }: Targets, name: string): Delegator {
  const found: DelegatedRole | undefined = delegations
    ?.rolesFor('')
    .find((role) => role.name === name);
  if (delegations === null || found === undefined) throw wrongShape();
  return { kind: 'role', role: found, delegations };
}

async function readShape(folder: StagedFolder, trusted: TrustedSet) {
  const version = trusted.metaOf(BINS)?.version ?? 1;
  const name = `${version}.${BINS}.json`;
  const { signed } = openEnvelope(await mustRead(folder, name), name);
  const succinct = new Fields(signed, name).object('delegations').object('succinct_roles');
  return { bits: succinct.integer('bit_length', 1, 16), prefix: succinct.text('name_prefix') };
}

function wrongShape(): Refusal {
  return new Refusal('WP-TUF-REPOSITORY', {
    message: 'this TUF repository was not made by wheelproof: it has no role "bins"',
  });
}

async function mustRead(folder: StagedFolder, name: string): Promise<Uint8Array> {
  const bytes = await folder.read(name);
  if (bytes !== null) return bytes;
  throw new Refusal('WP-TUF-UNREACHABLE', { message: `${name} is missing in the folder` });
}

/** A thousand a second for millennia: a file above it is a thief's, who had the online key. */
const MOST_VERSIONS = 2 ** 48;
/** What is published may be above it, one by one: a thief may have left a file at the very bound. */
const MOST_PUBLISHED = 2 ** 52;

/**
 * The highest version of each role that any file of the folder bears, be it only half published:
 * no version is ever given to other bytes again.
 */
export async function highestVersions(folder: StagedFolder): Promise<Map<string, number>> {
  const highest = new Map<string, number>();
  const raise = (role: string, version: number, most = MOST_VERSIONS): void => {
    if (version > most) return;
    if (version > (highest.get(role) ?? 0)) highest.set(role, version);
  };
  for (const name of await folder.list()) {
    const found = /^(?<version>[1-9]\d{0,15})\.(?<role>.+?)\.json(?:\.new)?$/u.exec(name)?.groups;
    if (found !== undefined) raise(found['role'] ?? '', Number(found['version']));
  }
  for (const name of ['timestamp.json', `timestamp.json${STAGED}`]) {
    const bytes = await folder.read(name);
    if (bytes !== null) raise('timestamp', timestampVersion(bytes, name));
  }
  for (const [role, version] of await publishedVersions(folder))
    raise(role, version, MOST_PUBLISHED);
  return highest;
}

/** What the timestamp names, and what its snapshot names; nothing of what cannot be read. */
async function publishedVersions(folder: StagedFolder): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  try {
    const timestamp = await signedOf(folder, 'timestamp.json');
    found.set('timestamp', timestamp.integer('version', 1));
    const version = timestamp.object('meta').object('snapshot.json').integer('version', 1);
    found.set('snapshot', version);
    const meta = (await signedOf(folder, `${version}.snapshot.json`)).object('meta');
    for (const [name] of meta.entries())
      found.set(name.replace(/\.json$/u, ''), meta.object(name).integer('version', 1));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  return found;
}

async function signedOf(folder: StagedFolder, name: string): Promise<Fields> {
  return new Fields(parseStrictJson(await mustRead(folder, name), name), name).object('signed');
}

/** A staged timestamp may have been cut off: then nobody ever saw it. */
function timestampVersion(bytes: Uint8Array, name: string): number {
  try {
    const signed = new Fields(parseStrictJson(bytes, name), name).object('signed');
    return signed.integer('version', 1);
  } catch (error) {
    if (error instanceof Refusal) return 0;
    throw error;
  }
}

/** The next versions of what holders sign. */
export async function versionsAfter(folder: StagedFolder, rootVersion: number) {
  const highest = await highestVersions(folder);
  const next = (role: string): number => (highest.get(role) ?? 0) + 1;
  return { root: rootVersion + 1, targets: next('targets'), bins: next(BINS) };
}

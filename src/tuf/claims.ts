// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { isList, type Json, type JsonObject } from '../core/strict-json.ts';
import type { Signer, StagedFolder } from '../core/tuf-repository.ts';
import { binText, nextTargetsText, targetFragment } from './documents.ts';
import { Fragments } from './fragments.ts';
import { isDue, type Lives } from './lives.ts';
import { olpcJson, olpcString } from './olpc-json.ts';
import { binNames, readRole, type RepositoryState } from './repository-state.ts';
import type { Change, Plan, Published, RepositoryWriter } from './repository-writer.ts';
import { statedKey } from './signing.ts';

/* What the holders sign beside the bins (PEP 480): projects left to their developers. */

const DAY = 24 * 3_600_000;
/** How long developers' signatures hold. */
export const CLAIM_LIFE = 180 * DAY;
const CLAIMED = 'claimed-';

export interface HoldersWish {
  readonly online: Signer;
  /** As many as the root demands. */
  readonly holders: readonly Signer[];
  readonly lives: Lives;
  readonly now: number;
}

export interface ClaimWish extends HoldersWish {
  /** Normalised (PEP 503). */
  readonly project: string;
  readonly developers: readonly Signer[];
  /** How many of them must sign. */
  readonly threshold: number;
}

/**
 * Leaves `packages/PROJECT/*` to its developers, who sign what is there now. Claimed already, it
 * gets these developers instead.
 */
export async function claimProject(
  folder: StagedFolder,
  writer: RepositoryWriter,
  wish: ClaimWish,
): Promise<Published> {
  const { project, developers, threshold, now } = wish;
  const { state } = writer;
  const role = `${CLAIMED}${project}`;
  const targets = (await readClaim(folder, state, role)) ?? new Fragments();
  const bins = new Map<string, Fragments>();
  for (const name of binNames(state)) {
    const bin = await writer.bin(name);
    const own = [...bin.entries()].filter(([path]) => path.startsWith(`packages/${project}/`));
    if (own.length === 0) continue;
    const rest = bin.copy();
    for (const [path, text] of own) {
      targets.set(path, text);
      rest.delete(path);
    }
    bins.set(name, rest);
  }
  const keys = developers.map(({ publicKey }) => statedKey(publicKey));
  const keyids = keys.map(({ keyid }) => keyid);
  const paths = [`packages/${project}/*`];
  const claim = { name: role, keyids, threshold, paths, terminating: true };
  const signed = state.targetsSigned;
  const { keys: known = {}, roles, ...rest } = asObject(signed['delegations']);
  const listed = roles !== undefined && isList(roles) ? roles : [];
  const others = listed.filter((one) => asObject(one)['name'] !== role);
  const delegations = {
    ...rest,
    keys: { ...asObject(known), ...Object.fromEntries(keys.map((one) => [one.keyid, one.stated])) },
    roles: [claim, ...others],
  };
  const documents = [
    targetsDocument(writer, { ...signed, delegations }, wish),
    claimDocument({ role, targets, signers: developers, now }),
  ];
  return await writer.write({ bins, documents, ...online(wish) });
}

/** A target that the holders themselves name, offline. */
export async function setTopTarget(
  writer: RepositoryWriter,
  { path, target }: Change,
  wish: HoldersWish,
): Promise<Published> {
  const signed = writer.state.targetsSigned;
  const { [path]: _before, ...others } = asObject(signed['targets']);
  const named = target === null ? {} : { [path]: entryOf(target) };
  const document = targetsDocument(writer, { ...signed, targets: { ...others, ...named } }, wish);
  return await writer.write({ bins: new Map(), documents: [document], ...online(wish) });
}

export interface ClaimedChanges {
  /** To be signed with the rest. */
  readonly documents: Plan['documents'];
  /** What nobody has claimed. */
  readonly rest: readonly Change[];
}

/**
 * Takes what developers have claimed out of the changes, and puts it into their documents.
 * @throws Refusal `WP-TUF-KEY` where they are not here to sign.
 */
export async function signClaimed(
  folder: StagedFolder,
  { state }: RepositoryWriter,
  {
    changes,
    developers,
    now,
  }: { changes: readonly Change[]; developers: readonly Signer[]; now: number },
): Promise<ClaimedChanges> {
  const byRole = Map.groupBy(changes, ({ path }) => claimOn(state, path));
  const documents: Due[] = [];
  for (const [role, own] of byRole) {
    if (role === null) continue;
    const targets = (await readClaim(folder, state, role)) ?? new Fragments();
    for (const { path, target } of own) {
      if (target === null) targets.delete(path);
      else targets.set(path, targetFragment(path, target.length, target.sha256));
    }
    documents.push(claimDocument({ role, targets, signers: among(developers, state, role), now }));
  }
  return { documents, rest: byRole.get(null) ?? [] };
}

/** Claims past half of their life that these developers may sign anew. */
export async function dueClaims(
  folder: StagedFolder,
  { state }: RepositoryWriter,
  { developers, now }: { readonly developers: readonly Signer[]; readonly now: number },
): Promise<Plan['documents']> {
  const documents: Due[] = [];
  for (const { role, expires } of await claimsIn(folder, state)) {
    const { signers, isEnough } = signersOf(developers, state, role);
    if (!isDue(expires, CLAIM_LIFE, now) || !isEnough) continue;
    const targets = (await readClaim(folder, state, role)) ?? new Fragments();
    documents.push(claimDocument({ role, targets, signers, now }));
  }
  return documents;
}

export interface Claim {
  readonly role: string;
  readonly version: number;
  readonly expires: number;
  readonly paths: readonly string[];
}

/** Every project that its developers have claimed. */
export async function claimsIn(
  folder: StagedFolder,
  state: RepositoryState,
): Promise<readonly Claim[]> {
  const found: Claim[] = [];
  for (const name of state.snapshot.meta.keys()) {
    const role = name.replace(/\.json$/u, '');
    const by = role.startsWith(CLAIMED) ? delegatorOfClaim(state, role) : null;
    if (by === null) continue;
    const targets = await readRole(folder, state.trusted, role, by);
    const { version, expires } = targets;
    found.push({ role, version, expires, paths: targets.entries().map(([path]) => path) });
  }
  return found;
}

/** The developers' role that speaks for a path; `null`: nobody has claimed it. */
function claimOn({ targets }: RepositoryState, path: string): string | null {
  const [first] = targets.delegations?.rolesFor(path) ?? [];
  return first?.name.startsWith(CLAIMED) === true ? first.name : null;
}

function delegatorOfClaim({ targets }: RepositoryState, role: string) {
  const { delegations } = targets;
  const path = `packages/${role.slice(CLAIMED.length)}/x`;
  const found = delegations?.rolesFor(path).find(({ name }) => name === role);
  if (delegations === null || found === undefined) return null;
  return { kind: 'role', role: found, delegations } as const;
}

async function readClaim(
  folder: StagedFolder,
  state: RepositoryState,
  role: string,
): Promise<Fragments | null> {
  const by = delegatorOfClaim(state, role);
  if (by === null) return null;
  const targets = await readRole(folder, state.trusted, role, by);
  const fragments = new Fragments();
  for (const [path, value] of targets.entries())
    fragments.set(path, `${olpcString(path)}:${olpcJson(value)}`);
  return fragments;
}

type Due = Extract<Plan['documents'][number], { text: unknown }>;

function claimDocument({
  role,
  targets,
  signers,
  now,
}: Pick<Due, 'role' | 'signers'> & { readonly targets: Fragments; readonly now: number }): Due {
  const expires = now + CLAIM_LIFE;
  return { role, text: (version) => binText({ version, expires }, targets), signers };
}

function targetsDocument(
  { state }: RepositoryWriter,
  before: JsonObject,
  { holders, lives, now }: HoldersWish,
): Due {
  const found = holders.filter(({ publicKey }) => state.holders.includes(publicKey));
  if (new Set(found.map(({ publicKey }) => publicKey)).size < state.threshold)
    throw new Refusal('WP-TUF-KEY', {
      message: `the root wants ${state.threshold} of its ${state.holders.length} holders to sign, found ${found.length}`,
    });
  const expires = now + lives.offline;
  const text = (version: number): string =>
    nextTargetsText(before, { version, expires }, state.holders, state.threshold);
  return { role: 'targets', text, signers: found };
}

function online({ online: signer, now }: HoldersWish): Pick<Plan, 'online' | 'signers' | 'now'> {
  return { online: signer, signers: [signer], now };
}

/** Those who may sign for the role, and whether they are as many as it takes. */
function signersOf(developers: readonly Signer[], state: RepositoryState, role: string) {
  const { role: claim } = delegatorOfClaim(state, role) ?? {};
  const signers = developers.filter(({ publicKey }) =>
    claim?.keyids.has(statedKey(publicKey).keyid),
  );
  const threshold = claim?.threshold ?? 1;
  return { signers, threshold, isEnough: signers.length >= threshold };
}

/** @throws Refusal `WP-TUF-KEY` */
function among(
  developers: readonly Signer[],
  state: RepositoryState,
  role: string,
): readonly Signer[] {
  const { signers, threshold, isEnough } = signersOf(developers, state, role);
  if (isEnough) return signers;
  throw new Refusal('WP-TUF-KEY', {
    message: `${role.slice(CLAIMED.length)} is claimed: ${threshold} of its developers must sign, found ${signers.length}`,
    hint: 'Name their keys with --developer-key.',
  });
}

function entryOf({ length, sha256 }: NonNullable<Change['target']>): JsonObject {
  return { hashes: { sha256 }, length };
}

function asObject(value: Json | undefined): JsonObject {
  return value === undefined || value === null || typeof value !== 'object' || isList(value)
    ? {}
    : value;
}

// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { Signer, StagedFolder } from '../core/tuf-repository.ts';
import { BINS, binsText, nextTargetsText, rootText } from './documents.ts';
import type { Fragments } from './fragments.ts';
import type { Lives } from './lives.ts';
import { freshPrefix, publishOffline } from './offline-change.ts';
import { binNames, versionsAfter, type RepositoryState } from './repository-state.ts';
import { RepositoryWriter, type Published, type SealedDocument } from './repository-writer.ts';
import { sealText, statedKey } from './signing.ts';
import { finishRotation } from './unfinished-rotation.ts';

export interface Rotation {
  /** The key that signs online from now on. */
  readonly next: Signer;
  /** The one that did; `null` where it is lost: then clients refuse for as long as the root takes. */
  readonly old: Signer | null;
  /** As many holders as the root demands. */
  readonly holders: readonly Signer[];
  readonly lives: Lives;
  readonly now: number;
}

/**
 * Replaces the online key. The new root is staged; bins, snapshot and timestamp are published, the
 * latter two signed by both keys, so that they are right under the root before and the root after;
 * then the new root takes effect by one rename. Interrupted, it is run again.
 * @throws Refusal `WP-TUF-KEY`
 */
export async function rotateOnline(folder: StagedFolder, wish: Rotation): Promise<Published> {
  const { next, old, lives, now } = wish;
  await finishRotation(folder);
  const writer = await RepositoryWriter.open(folder, lives);
  const { state } = writer;
  const holders = holdersAmong(wish.holders, state);
  const root = await stageNextRoot(folder, state, { next, holders, expires: now + lives.offline });
  const bins = new Map<string, Fragments>();
  for (const name of binNames(state)) bins.set(name, await writer.bin(name));
  const expires = now + lives.offline;
  const text = (version: number): string => binsText({ version, expires }, next.publicKey, state);
  const published = await writer.write({
    bins,
    documents: [{ role: BINS, text, signers: holders }],
    online: next,
    signers: old === null || old.publicKey === next.publicKey ? [next] : [old, next],
    now,
  });
  await folder.commit([root]);
  await folder.sync();
  return published;
}

export interface OfflineRenewal {
  readonly online: Signer;
  readonly holders: readonly Signer[];
  readonly lives: Lives;
  readonly now: number;
}

/** Signs targets, bins and root for another term, with the keys that they have. */
export async function renewOffline(folder: StagedFolder, wish: OfflineRenewal): Promise<Published> {
  const { online, lives, now } = wish;
  await finishRotation(folder);
  const writer = await RepositoryWriter.open(folder, lives);
  const { state } = writer;
  writer.verifyOnline(online);
  const holders = holdersAmong(wish.holders, state);
  const expires = now + lives.offline;
  const root = await stageNextRoot(folder, state, { next: online, holders, expires });
  const published = await writer.write({
    bins: new Map(),
    documents: [
      {
        role: 'targets',
        text: (version) =>
          nextTargetsText(
            state.targetsSigned,
            { version, expires },
            state.holders,
            state.threshold,
          ),
        signers: holders,
      },
      {
        role: BINS,
        text: (version) => binsText({ version, expires }, online.publicKey, state),
        signers: holders,
      },
    ],
    online,
    signers: [online],
    now,
  });
  await folder.commit([root]);
  await folder.sync();
  return published;
}

export interface Rebinning {
  /** There will be 2^bits bins. */
  readonly bits: number;
  /** Signs online from now on: the same key, or another one. */
  readonly next: Signer;
  /** As for {@link Rotation}; without it the snapshot forgets the old bins. */
  readonly old: Signer | null;
  readonly holders: readonly Signer[];
  readonly lives: Lives;
  readonly now: number;
}

/**
 * Spreads all targets over another number of bins, under names that were never used. Interrupted, it
 * is run again.
 * @returns `null` where it has been done before.
 * @throws Refusal `WP-TUF-KEY`
 */
export async function rebin(folder: StagedFolder, wish: Rebinning): Promise<Published | null> {
  const { next, old, lives, now, bits } = wish;
  await finishRotation(folder);
  const writer = await RepositoryWriter.open(folder, lives);
  const { state } = writer;
  const holders = holdersAmong(wish.holders, state);
  const expires = now + lives.offline;
  const isSigning = state.root.roles.timestamp.keyids.has(statedKey(next.publicKey).keyid);
  if (state.bits === bits && isSigning) return null;
  if (isSigning) writer.verifyOnline(next);
  const roles = [...state.snapshot.meta.keys()].map((name) => name.replace(/\.json$/u, ''));
  const shape = { bits, prefix: freshPrefix(roles) };
  const { bins } = await versionsAfter(folder, state.root.version);
  const text = binsText({ version: bins, expires }, next.publicKey, shape);
  return await publishOffline(folder, writer, {
    root: isSigning ? null : await sealNextRoot(state, { next, holders, expires }),
    documents: [{ role: BINS, version: bins, bytes: await sealText(text, holders) }],
    shape,
    online: next,
    old: isSigning ? next : old,
    lives,
    now,
  });
}

interface NextRoot {
  readonly next: Signer;
  readonly holders: readonly Signer[];
  readonly expires: number;
}

/** Root N+1 of the same holders (section 5.3: signed by those of N and of N+1, here the same). */
async function sealNextRoot(
  { root, holders, threshold, names }: RepositoryState,
  wish: NextRoot,
): Promise<SealedDocument> {
  const version = root.version + 1;
  const keys = { holders, threshold, online: wish.next.publicKey, names };
  const text = rootText({ version, expires: wish.expires }, keys);
  return { role: 'root', version, bytes: await sealText(text, wish.holders) };
}

async function stageNextRoot(
  folder: StagedFolder,
  state: RepositoryState,
  wish: NextRoot,
): Promise<string> {
  const { version, bytes } = await sealNextRoot(state, wish);
  const name = `${version}.root.json`;
  await folder.stage([{ name, bytes }]);
  await folder.sync();
  return name;
}

function holdersAmong(
  signers: readonly Signer[],
  { holders, threshold }: RepositoryState,
): readonly Signer[] {
  const found = signers.filter(({ publicKey }) => holders.includes(publicKey));
  const isEnough = new Set(found.map(({ publicKey }) => publicKey)).size >= threshold;
  if (isEnough) return found;
  throw new Refusal('WP-TUF-KEY', {
    message: `the root wants ${threshold} of its ${holders.length} holders to sign, found ${found.length}`,
  });
}

// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { Signer, StagedFolder } from '../core/tuf-repository.ts';
import { BINS, binsText, rootText, targetsText } from './documents.ts';
import type { Fragments } from './fragments.ts';
import type { Lives } from './lives.ts';
import { binNames, finishRotation, type RepositoryState } from './repository-state.ts';
import { RepositoryWriter, type Published } from './repository-writer.ts';
import { sealText } from './signing.ts';

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
  const text = (version: number): string =>
    binsText({ version, expires }, next.publicKey, state.bits);
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
        text: (version) => targetsText({ version, expires }, state.holders, state.threshold),
        signers: holders,
      },
      {
        role: BINS,
        text: (version) => binsText({ version, expires }, online.publicKey, state.bits),
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

interface NextRoot {
  readonly next: Signer;
  readonly holders: readonly Signer[];
  readonly expires: number;
}

/** Root N+1 of the same holders (section 5.3: signed by those of N and of N+1, here the same). */
async function stageNextRoot(
  folder: StagedFolder,
  { root, holders, threshold }: RepositoryState,
  wish: NextRoot,
): Promise<string> {
  const version = root.version + 1;
  const name = `${version}.root.json`;
  const keys = { holders, threshold, online: wish.next.publicKey };
  const text = rootText({ version, expires: wish.expires }, keys);
  await folder.stage([{ name, bytes: await sealText(text, wish.holders) }]);
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

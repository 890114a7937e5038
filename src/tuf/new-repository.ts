// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { NamedBytes, Signer, StagedFolder } from '../core/tuf-repository.ts';
import { binName } from './delegations.ts';
import {
  BIN_PREFIX,
  BINS,
  binsText,
  binText,
  metaFragment,
  publicKeys,
  rootText,
  snapshotText,
  targetFragment,
  targetsText,
  timestampText,
} from './documents.ts';
import { Fragments } from './fragments.ts';
import type { Lives } from './lives.ts';
import { openEnvelope, readRoot, type Root } from './metadata.ts';
import { highestVersions } from './repository-state.ts';
import type { Change } from './repository-writer.ts';
import { sealText, statedKey } from './signing.ts';
import { checkTargetPath } from './target-path.ts';

export interface NewRepository {
  /** Sign root, targets and bins; at least `threshold` of them. */
  readonly holders: readonly Signer[];
  readonly threshold: number;
  readonly online: Signer;
  /** 2^bits bins. */
  readonly bits: number;
  readonly lives: Lives;
  readonly now: number;
  readonly targets?: Iterable<Change>;
}

/** Files that one stage writes at most: what is in memory of a large repository. */
const BATCH = 512;

/**
 * Signs and publishes a repository from nothing. Interrupted, it is run again; nothing is published
 * before the timestamp is there.
 * @throws Refusal `WP-TUF-REPOSITORY` where one is published already.
 */
export async function createRepository(folder: StagedFolder, wish: NewRepository): Promise<void> {
  const { holders, threshold, online, lives, now } = wish;
  if ((await folder.read('timestamp.json')) !== null)
    throw new Refusal('WP-TUF-REPOSITORY', {
      message: 'a TUF repository is published here already',
    });
  const highest = await highestVersions(folder);
  const next = (role: string): number => (highest.get(role) ?? 0) + 1;
  await writeFirstRoot(folder, wish);
  const meta = new Fragments();
  const waiting: NamedBytes[] = [];
  const flush = async (): Promise<void> => {
    const files = waiting.splice(0);
    await folder.stage(files);
    await folder.commit(files.map(({ name }) => name));
  };
  const add = async (role: string, text: string, signers: readonly Signer[]) => {
    const bytes = await sealText(text, signers);
    waiting.push({ name: `${next(role)}.${role}.json`, bytes });
    if (role !== 'snapshot') meta.set(`${role}.json`, metaFragment(role, next(role)));
    if (waiting.length >= BATCH) await flush();
    return bytes;
  };
  const expires = now + lives.offline;
  const keys = publicKeys(holders);
  await add(
    'targets',
    targetsText({ version: next('targets'), expires }, keys, threshold),
    holders,
  );
  await add(BINS, binsText({ version: next(BINS), expires }, online.publicKey, wish.bits), holders);
  for (const [name, fragments, place] of binsOf(wish)) {
    // Staggered, so that they do not all fall due at once.
    const life = lives.bin * (0.5 + (place + 1) / 2 ** (wish.bits + 1));
    const head = { version: next(name), expires: now + Math.round(life) };
    await add(name, binText(head, fragments), [online]);
  }
  const snapshotHead = { version: next('snapshot'), expires: now + lives.snapshot };
  const snapshot = await add('snapshot', snapshotText(snapshotHead, meta), [online]);
  const head = { version: next('timestamp'), expires: now + lives.timestamp };
  const timestamp = timestampText(head, snapshot, snapshotHead.version);
  await flush();
  await folder.stage([{ name: 'timestamp.json', bytes: await sealText(timestamp, [online]) }]);
  await folder.sync();
  await folder.commit(['timestamp.json']);
  await folder.sync();
}

function* binsOf({ bits, targets = [] }: NewRepository): Generator<[string, Fragments, number]> {
  const bins = new Map<string, Fragments>();
  const width = Math.ceil(bits / 4);
  for (let number = 0; number < 2 ** bits; number++)
    bins.set(`${BIN_PREFIX}-${number.toString(16).padStart(width, '0')}`, new Fragments());
  for (const { path, target } of targets) {
    checkTargetPath(path);
    if (target === null) continue;
    const text = targetFragment(path, target.length, target.sha256);
    bins.get(binName(BIN_PREFIX, bits, path))?.set(path, text);
  }
  let place = 0;
  for (const [name, fragments] of bins) yield [name, fragments, place++];
}

/** A root of the same keys that an interrupted run has left is the root. */
async function writeFirstRoot(folder: StagedFolder, wish: NewRepository): Promise<void> {
  const { holders, threshold, online, lives, now } = wish;
  const left = await folder.read('1.root.json');
  if (left !== null) {
    if (isOfSameKeys(readRoot(openEnvelope(left, '1.root.json')), wish)) return;
    throw new Refusal('WP-TUF-REPOSITORY', {
      message: 'the folder holds the root of another repository that was never published',
      hint: 'Use an empty folder.',
    });
  }
  const keys = { holders: publicKeys(holders), threshold, online: online.publicKey };
  const text = rootText({ version: 1, expires: now + lives.offline }, keys);
  await folder.stage([{ name: '1.root.json', bytes: await sealText(text, holders) }]);
  await folder.commit(['1.root.json']);
  await folder.sync();
}

function isOfSameKeys({ roles }: Root, { holders, threshold, online }: NewRepository): boolean {
  const keyids = holders.map(({ publicKey }) => statedKey(publicKey).keyid);
  const server = statedKey(online.publicKey).keyid;
  return (
    roles.root.threshold === threshold &&
    roles.root.keyids.size === keyids.length &&
    keyids.every((keyid) => roles.root.keyids.has(keyid)) &&
    roles.snapshot.keyids.has(server)
  );
}

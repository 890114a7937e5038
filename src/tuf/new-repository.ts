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
  type BinShape,
  type Head,
} from './documents.ts';
import { Fragments } from './fragments.ts';
import type { Lives } from './lives.ts';
import { openEnvelope, readRoot, type Root } from './metadata.ts';
import { binNames, highestVersions } from './repository-state.ts';
import type { Change, SealedDocument } from './repository-writer.ts';
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
  const { holders, threshold, online, lives, now, bits } = wish;
  await verifyUnpublished(folder);
  const highest = await highestVersions(folder);
  const next = (role: string): number => (highest.get(role) ?? 0) + 1;
  await writeFirstRoot(folder, wish);
  const expires = now + lives.offline;
  const keys = publicKeys(holders);
  const seal = async (role: string, text: (head: Head) => string): Promise<SealedDocument> => {
    const version = next(role);
    return { role, version, bytes: await sealText(text({ version, expires }), holders) };
  };
  const shape = { bits, prefix: BIN_PREFIX };
  const documents = [
    await seal('targets', (head) => targetsText(head, keys, threshold)),
    await seal(BINS, (head) => binsText(head, online.publicKey, shape)),
  ];
  await publishFirst(folder, documents, { ...wish, shape });
}

export interface FirstDocuments {
  readonly root: SealedDocument;
  readonly others: readonly SealedDocument[];
}

/**
 * The same with documents that the holders have signed elsewhere.
 * @throws Refusal `WP-TUF-REPOSITORY` where another repository is, or was begun.
 */
export async function createFromDocuments(
  folder: StagedFolder,
  { root, others }: FirstDocuments,
  wish: FirstPublication,
): Promise<void> {
  await verifyUnpublished(folder);
  const left = await folder.read('1.root.json');
  if (left !== null && !Buffer.from(left).equals(root.bytes)) throw otherRepository();
  if (left === null) await putRoot(folder, root.bytes);
  await publishFirst(folder, others, wish);
}

export interface FirstPublication {
  readonly shape: BinShape;
  readonly online: Signer;
  readonly lives: Lives;
  readonly now: number;
  readonly targets?: Iterable<Change>;
}

async function verifyUnpublished(folder: StagedFolder): Promise<void> {
  if ((await folder.read('timestamp.json')) === null) return;
  throw new Refusal('WP-TUF-REPOSITORY', { message: 'a TUF repository is published here already' });
}

async function publishFirst(
  folder: StagedFolder,
  documents: readonly SealedDocument[],
  wish: FirstPublication,
): Promise<void> {
  const { online, lives, now, shape } = wish;
  const highest = await highestVersions(folder);
  const next = (role: string): number => (highest.get(role) ?? 0) + 1;
  const meta = new Fragments();
  const waiting: NamedBytes[] = [];
  const flush = async (): Promise<void> => {
    const files = waiting.splice(0);
    await folder.stage(files);
    await folder.commit(files.map(({ name }) => name));
  };
  const add = async ({ role, version, bytes }: SealedDocument): Promise<void> => {
    waiting.push({ name: `${version}.${role}.json`, bytes });
    if (role !== 'snapshot') meta.set(`${role}.json`, metaFragment(role, version));
    if (waiting.length >= BATCH) await flush();
  };
  for (const document of documents) await add(document);
  for (const [role, fragments, place] of binsOf(wish)) {
    // Staggered, so that they do not all fall due at once.
    const life = lives.bin * (0.5 + (place + 1) / 2 ** (shape.bits + 1));
    const version = next(role);
    const text = binText({ version, expires: now + Math.round(life) }, fragments);
    await add({ role, version, bytes: await sealText(text, [online]) });
  }
  const snapshotHead = { version: next('snapshot'), expires: now + lives.snapshot };
  const snapshot = await sealText(snapshotText(snapshotHead, meta), [online]);
  await add({ role: 'snapshot', version: snapshotHead.version, bytes: snapshot });
  const head = { version: next('timestamp'), expires: now + lives.timestamp };
  const timestamp = timestampText(head, snapshot, snapshotHead.version);
  await flush();
  await folder.stage([{ name: 'timestamp.json', bytes: await sealText(timestamp, [online]) }]);
  await folder.sync();
  await folder.commit(['timestamp.json']);
  await folder.sync();
}

/** The texts of a bin are made when its turn comes: of a million, all at once would fill the heap. */
function* binsOf({
  shape,
  targets = [],
}: FirstPublication): Generator<[string, Fragments, number]> {
  const bins = new Map<string, Change[]>([...binNames(shape)].map((name) => [name, []]));
  for (const change of targets) {
    checkTargetPath(change.path);
    if (change.target !== null)
      bins.get(binName(shape.prefix, shape.bits, change.path))?.push(change);
  }
  let place = 0;
  for (const [name, changes] of bins) {
    const fragments = new Fragments();
    for (const { path, target } of changes.splice(0))
      if (target !== null) fragments.set(path, targetFragment(path, target.length, target.sha256));
    yield [name, fragments, place++];
  }
}

/** A root of the same keys that an interrupted run has left is the root. */
async function writeFirstRoot(folder: StagedFolder, wish: NewRepository): Promise<void> {
  const { holders, threshold, online, lives, now } = wish;
  const left = await folder.read('1.root.json');
  if (left !== null) {
    if (isOfSameKeys(readRoot(openEnvelope(left, '1.root.json')), wish)) return;
    throw otherRepository();
  }
  const keys = { holders: publicKeys(holders), threshold, online: online.publicKey };
  const text = rootText({ version: 1, expires: now + lives.offline }, keys);
  await putRoot(folder, await sealText(text, holders));
}

async function putRoot(folder: StagedFolder, bytes: Uint8Array): Promise<void> {
  await folder.stage([{ name: '1.root.json', bytes }]);
  await folder.commit(['1.root.json']);
  await folder.sync();
}

function otherRepository(): Refusal {
  return new Refusal('WP-TUF-REPOSITORY', {
    message: 'the folder holds the root of another repository that was never published',
    hint: 'Use an empty folder.',
  });
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

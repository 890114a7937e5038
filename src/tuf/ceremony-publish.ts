// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { Refusal } from '../core/errors.ts';
import type { Signer, StagedFolder } from '../core/tuf-repository.ts';
import type { Finished } from './ceremony-finish.ts';
import type { CeremonyPlan } from './ceremony-plan.ts';
import { documentFile, OFFLINE_ROLES, type OfflineRole } from './ceremony-proposal.ts';
import type { Lives } from './lives.ts';
import { createFromDocuments } from './new-repository.ts';
import { publishOffline } from './offline-change.ts';
import type { RepositoryState } from './repository-state.ts';
import { RepositoryWriter, type Published, type SealedDocument } from './repository-writer.ts';
import { finishRotation } from './unfinished-rotation.ts';

export interface ServerSide {
  /** The key that the ceremony names. */
  readonly online: Signer;
  /** The one before, where it is another and can still sign. */
  readonly old: Signer | null;
  readonly lives: Lives;
  readonly now: number;
}

/**
 * Puts what a ceremony decided into effect. Interrupted, it is run again; done already, it does
 * nothing.
 * @returns `null` where it has been done before.
 * @throws Refusal `WP-CEREMONY-STALE`, `WP-TUF-KEY`
 */
export async function publishCeremony(
  folder: StagedFolder,
  finished: Finished,
  server: ServerSide,
): Promise<Published | null> {
  const { plan, previous, documents } = finished;
  if (server.online.publicKey !== plan.online)
    throw new Refusal('WP-TUF-KEY', {
      message: `the ceremony names the online key ${plan.online}, found ${server.online.publicKey}`,
    });
  const seal = (role: OfflineRole): SealedDocument => ({
    role,
    version: plan.versions[role],
    bytes: documents[role],
  });
  const [root, others] = [seal('root'), [seal('targets'), seal('bins')]];
  if (previous === null) {
    if (await isPublished(folder, finished)) return null;
    const wish = { ...server, shape: plan };
    await createFromDocuments(folder, { root, others }, wish);
    const byHolders = new Set(OFFLINE_ROLES.map((role) => documentFile(plan, role)));
    const files = (await folder.list()).filter((name) => !byHolders.has(name));
    return { timestamp: 1, snapshot: 1, files };
  }
  await finishRotation(folder);
  const there = await folder.read(documentFile(plan, 'root'));
  if (there !== null && !Buffer.from(there).equals(root.bytes))
    throw stale(`version ${root.version} of the root is another one`);
  const writer = await RepositoryWriter.open(folder, server.lives);
  if (there !== null && isInEffect(writer.state, plan)) return null;
  await verifyUnchanged(folder, writer.state, finished);
  const isKept = plan.online === previous.online;
  const old = isKept ? server.online : server.old;
  if (old !== null && old.publicKey !== previous.online)
    throw new Refusal('WP-TUF-KEY', {
      message: `the root before names the online key ${previous.online}, found ${old.publicKey}`,
    });
  return await publishOffline(folder, writer, {
    ...server,
    root: there === null ? root : null,
    documents: others,
    shape: plan,
    old,
  });
}

/** A new repository that this very ceremony made. */
async function isPublished(folder: StagedFolder, { documents }: Finished): Promise<boolean> {
  if ((await folder.read('timestamp.json')) === null) return false;
  const root = await folder.read('1.root.json');
  return root !== null && Buffer.from(root).equals(documents.root);
}

function isInEffect({ targets, bins }: RepositoryState, { versions }: CeremonyPlan): boolean {
  return targets.version >= versions.targets && bins.version >= versions.bins;
}

/** What the holders signed follows what is published now. */
async function verifyUnchanged(
  folder: StagedFolder,
  { root, targets, bins }: RepositoryState,
  { plan }: Finished,
): Promise<void> {
  const { previous, versions } = plan;
  if (root.version > versions.root) throw stale(`the root is at version ${root.version}`);
  const check = async (role: OfflineRole, version: number): Promise<void> => {
    const bytes = await folder.read(`${version}.${role}.json`);
    if (bytes !== null && hash('sha256', bytes, 'hex') === previous?.[role]) return;
    throw stale(`${role} is at version ${version}, and not as it was when the ceremony began`);
  };
  await check('root', versions.root - 1);
  await check('targets', targets.version);
  await check('bins', bins.version);
}

function stale(why: string): Refusal {
  return new Refusal('WP-CEREMONY-STALE', { message: `in the repository ${why}` });
}

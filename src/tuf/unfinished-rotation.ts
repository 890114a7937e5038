// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { STAGED, type StagedFolder } from '../core/tuf-repository.ts';
import { BINS } from './documents.ts';
import { delegatorOf, readRole, readRoots } from './repository-state.ts';
import type { TrustedSet } from './trusted-set.ts';

/**
 * Finishes what an interrupted change of keys began: a staged root under which all that is
 * published is right takes effect. @returns whether there was one.
 */
export async function finishRotation(folder: StagedFolder): Promise<boolean> {
  if ((await folder.read('1.root.json')) === null) return false;
  const trusted = await readRoots(folder);
  const name = `${trusted.root.version + 1}.root.json`;
  const staged = await folder.read(`${name}${STAGED}`);
  if (staged === null) return false;
  try {
    trusted.updateRoot(staged);
    if (!(await isRightUnder(folder, trusted))) return false;
  } catch (error) {
    if (error instanceof Refusal) return false; // it was cut off, or nothing was published for it
    throw error;
  }
  await folder.commit([name]);
  await folder.sync();
  return true;
}

/** The holders of targets may change with a root, so the timestamp alone tells too little. */
async function isRightUnder(folder: StagedFolder, trusted: TrustedSet): Promise<boolean> {
  const timestamp = await folder.read('timestamp.json');
  if (timestamp === null) return false;
  trusted.updateTimestamp(timestamp);
  const version = trusted.timestamp?.snapshot.version ?? 0;
  const snapshot = await folder.read(`${version}.snapshot.json`);
  if (snapshot === null) return false;
  trusted.updateSnapshot(snapshot);
  const targets = await readRole(folder, trusted, 'targets', { kind: 'root' });
  await readRole(folder, trusted, BINS, delegatorOf(targets, BINS));
  return true;
}

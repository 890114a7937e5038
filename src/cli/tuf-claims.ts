// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { readSignedIdentities } from '../config/signed-identities.ts';
import { Refusal } from '../core/errors.ts';
import { isProjectName, normaliseName } from '../core/project-name.ts';
import { placeFile } from '../storage/index.ts';
import { claimProject, setTopTarget } from '../tuf/claims.ts';
import { finishRotation, hashedPath, RepositoryWriter } from '../tuf/index.ts';
import { openSigner } from './tuf-keys.ts';
import { livesOf, openFolders, readSettings, type TufFolders } from './tuf-repository.ts';
import {
  openSigners,
  readGiven,
  tellPublished,
  wholeNumber,
  type Json,
  type TufContext,
} from './tuf-work.ts';

const IDENTITIES = 'policy/identities.v1.json';

interface HolderOptions extends Json {
  readonly rootKey: readonly string[];
}

export interface ClaimOptions extends HolderOptions {
  readonly developerKey: readonly string[];
  readonly developerThreshold: string;
}

/** `wheelproof tuf claim`: a project's files are its developers' from now on (PEP 480). */
export async function claim(
  context: TufContext,
  root: string,
  name: string,
  options: ClaimOptions,
): Promise<void> {
  if (!isProjectName(name))
    throw new Refusal('WP-USAGE', { message: `"${name}" is no project's name` });
  const project = normaliseName(name);
  const developers = await openSigners(options.developerKey, context);
  const { length } = developers;
  const threshold = wholeNumber(options.developerThreshold, 'developer-threshold', 1, length);
  await withWriter(context, root, options, async ({ folders, writer, wish }) => {
    if (developers.some(({ publicKey }) => publicKey === wish.online.publicKey))
      throw new Refusal('WP-TUF-KEY', {
        message: 'the online key cannot be a developer’s: whoever takes the server has it',
      });
    return await claimProject(folders.metadata, writer, {
      ...wish,
      project,
      developers,
      threshold,
    });
  });
}

/** `wheelproof tuf identities`: whose attestations each project needs, signed by the holders. */
export async function identities(
  context: TufContext,
  root: string,
  file: string,
  options: HolderOptions,
): Promise<void> {
  const bytes = await readGiven(file);
  readSignedIdentities(bytes, file);
  const sha256 = hash('sha256', bytes, 'hex');
  await withWriter(context, root, options, async ({ writer, wish }) => {
    await placeFile(join(root, 'public', 'targets'), hashedPath(IDENTITIES, sha256), bytes);
    const change = { path: IDENTITIES, target: { length: bytes.length, sha256 } };
    return await setTopTarget(writer, change, wish);
  });
}

interface Work {
  readonly folders: TufFolders;
  readonly writer: RepositoryWriter;
  readonly wish: Parameters<typeof setTopTarget>[2];
}

/** What the holders sign: with their keys and the server's. */
async function withWriter(
  context: TufContext,
  root: string,
  options: HolderOptions,
  work: (parts: Work) => ReturnType<typeof setTopTarget>,
): Promise<void> {
  const settings = await readSettings(root);
  const lives = livesOf(settings);
  const online = await openSigner(settings.online, context.environment);
  const holders = await openSigners(options.rootKey, context);
  const folders = await openFolders(root);
  try {
    await finishRotation(folders.metadata);
    const writer = await RepositoryWriter.open(folders.metadata, lives);
    writer.verifyOnline(online);
    const wish = { online, holders, lives, now: context.now };
    await tellPublished(context, folders, options, await work({ folders, writer, wish }));
  } finally {
    folders.close();
  }
}

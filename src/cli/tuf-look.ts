// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import { openStagedFolder } from '../storage/index.ts';
import {
  checkRepository,
  collectExpiries,
  compareRepositories,
  WARN_BEFORE,
  type Expiry,
} from '../tuf/index.ts';
import { readGiven, tell, type Json, type TufContext } from './tuf-work.ts';
import { livesOf, readPendingOf, readSettings } from './tuf-repository.ts';

const DAY = 24 * 3_600_000;

/** `wheelproof tuf status`: who signs, what waits, and what expires when. */
export async function status(context: TufContext, root: string, options: Json): Promise<void> {
  const settings = await readSettings(root);
  const metadata = await openStagedFolder(join(root, 'public', 'metadata'));
  const { expiries, ...found } = await collectExpiries(metadata);
  const pending = (await readPendingOf(root)).length;
  const roles = expiries.map((one) => ({
    ...one,
    expires: new Date(one.expires).toISOString(),
    warning: warningOf(one, context.now, livesOf(settings).timestamp),
  }));
  const { profile, online } = settings;
  const width = Math.max(...roles.map(({ role }) => role.length));
  const lines = [
    `profile ${profile}; online key ${online}; ${found.threshold} of ${found.holders.length} holders sign the root`,
    `${found.bins} bins; ${pending} changes wait for \`wheelproof tuf publish\``,
    ...roles.map(
      ({ role, version, expires, warning }) =>
        `${role.padEnd(width)} version ${version}, until ${expires}${warning === null ? '' : `  ${warning}`}`,
    ),
  ];
  tell(context, options, { profile, online, pending, ...found, roles }, `${lines.join('\n')}\n`);
}

function warningOf({ role, expires }: Expiry, now: number, onlineLife: number): string | null {
  const left = expires - now;
  if (left <= 0) return 'EXPIRED: clients refuse it';
  const isClaim = role.startsWith('claimed-');
  const isOffline = isClaim || ['root', 'targets', 'bins'].includes(role);
  if (!isOffline) return left <= onlineLife / 4 ? 'expires soon: `wheelproof tuf renew`' : null;
  const reached = WARN_BEFORE.findLast((before) => left <= before);
  if (reached === undefined) return null;
  const by = isClaim ? '--developer-key' : '--root-key';
  return `expires within ${reached / DAY} days: \`wheelproof tuf renew ${by} …\``;
}

/** `wheelproof tuf verify`: everything that is served, looked at as a client would. */
export async function verify(
  context: TufContext,
  root: string,
  options: Json & { readonly root?: string },
): Promise<void> {
  if (!existsSync(join(root, 'public', 'metadata')))
    throw new Refusal('WP-TUF-REPOSITORY', { message: `${root} has no folder public/metadata` });
  const metadata = await openStagedFolder(join(root, 'public', 'metadata'));
  const served = {
    metadata: async (name: string) => await metadata.read(name),
    target: async (path: string) =>
      await readFile(join(root, 'public', 'targets', path)).catch(() => null),
  };
  const trusted = options.root === undefined ? null : await readGiven(options.root);
  const { problems, ...counts } = await checkRepository(served, trusted, context.now);
  const told = problems.map((problem) => problem.toReason());
  const text = [
    `${counts.bins} bins and ${counts.targets} targets looked at`,
    ...told.map(({ code, message }) => `  ${code}: ${message}`),
  ];
  tell(context, options, { ...counts, problems: told }, `${text.join('\n')}\n`);
  const [first] = problems;
  if (first === undefined) return;
  throw new Refusal(first.code, {
    message: `${root}: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}; the first: ${first.message}`,
    hint: first.hint,
  });
}

/** `wheelproof tuf compare`: what two states of a repository sign differently. */
export async function compare(
  context: TufContext,
  root: string,
  before: string,
  options: Json,
): Promise<void> {
  const open = async (folder: string) => {
    if (existsSync(join(folder, 'public', 'metadata')))
      return await openStagedFolder(join(folder, 'public', 'metadata'));
    throw new Refusal('WP-TUF-REPOSITORY', { message: `${folder} has no folder public/metadata` });
  };
  const changes = await compareRepositories(await open(before), await open(root));
  const lines = changes.map(({ path, before: old, after }) => {
    if (old === null) return `added   ${safeText(path)} sha256 ${after ?? ''}`;
    if (after === null) return `removed ${safeText(path)} sha256 ${old}`;
    return `changed ${safeText(path)} sha256 ${old} to ${after}`;
  });
  const text = [`${changes.length} targets differ from ${before}`, ...lines];
  tell(context, options, { changes }, `${text.join('\n')}\n`);
}

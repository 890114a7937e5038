// SPDX-License-Identifier: Apache-2.0
import { basename, dirname, resolve as resolvePath } from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { LockedPackage, PinReading } from '../core/lockfile.ts';
import { safeText } from '../core/safe-text.ts';
import type { Receipt } from '../core/verification.ts';
import { thisMachine } from '../host/index.ts';
import { writePylock } from '../lockfiles/index.ts';
import { placeFile } from '../storage/index.ts';
import { readPages } from './index-pages.ts';
import { identitiesIn } from './lock-identities.ts';
import { LockIndexes } from './lock-indexes.ts';
import { judgeLocked } from './lock-judgement.ts';
import { readLock } from './lock-list.ts';
import { lockedFiles, resolve, type Resolved } from './lock-resolve.ts';
import { selected, type GroupsAsked } from './lock-selection.ts';
import { PageMemory, type LockedBytes } from './locked-files.ts';
import type { VerifyContext } from './verify-context.ts';
import { counted } from './verify-lock-text.ts';
import { openOutside } from './verify-listing.ts';

export interface LockOptions extends GroupsAsked {
  readonly output?: string;
  readonly index?: string;
}

export interface WriteContext extends VerifyContext {
  readonly io: { out(text: string): void; err(text: string): void };
}

/** What a lock file is written from: every release with its files, and who attested them. */
export interface LockContents {
  readonly packages: readonly LockedPackage[];
  readonly notes: readonly string[];
}

/**
 * `wheelproof lock FILE`: a pylock.toml (PEP 751) of what any requirement or lock file names.
 * @throws Refusal as {@link contentsOf}
 */
export async function writeLock(
  context: WriteContext,
  path: string,
  options: LockOptions,
): Promise<void> {
  const target = targetOf(options);
  const reading = await readLock(context, path);
  const { packages, notes } = await contentsOf(context, reading, options);
  const { requiresPython = null, environments = [] } = reading.scope ?? {};
  const text = writePylock({ packages, requiresPython, environments, createdBy: 'wheelproof' });
  if (target === '-') context.io.out(text);
  else {
    const place = resolvePath(context.directory, target);
    await placeFile(dirname(place), basename(place), Buffer.from(text));
  }
  const files = packages.reduce((sum, { files: own }) => sum + own.length, 0);
  const attested = packages.filter(({ identities }) => identities.length > 0).length;
  const told = [
    ...notes,
    `${target === '-' ? 'standard output' : target}: ${counted(packages.length, 'release')}, ${counted(files, 'file')}; ${counted(attested, 'release')} attested`,
  ];
  context.io.err(told.map((line) => `${safeText(line, 1_000)}\n`).join(''));
}

/** Only under such a name do pip and uv read it as what it is. */
function targetOf({ output = 'pylock.toml' }: LockOptions): string {
  if (output === '-' || /^pylock\.(?:[^.]+\.)?toml$/u.test(basename(output))) return output;
  throw new Refusal('WP-USAGE', {
    message: `--output: expected pylock.toml or pylock.NAME.toml, found ${safeText(basename(output), 100)}`,
    hint: 'Under another name neither pip nor uv knows the file (PEP 751).',
  });
}

/**
 * Every release that is asked for, with all its files that the lock allows: as its index lists them
 * now, and as everybody whom this machine believes says of them.
 * @throws Refusal as `resolve`, and where somebody's evidence contradicts a file
 */
export async function contentsOf(
  context: VerifyContext,
  reading: PinReading,
  options: LockOptions,
): Promise<LockContents> {
  const { rows, environment, directory } = context;
  const memory = new PageMemory(rows);
  const indexes = new LockIndexes({
    options: reading.options,
    given: options.index ?? null,
    environment,
    directory,
    machine: thisMachine,
    remembered: (project) => memory.indexOf(project),
  });
  const { asked, direct, notes } = selected(reading, options);
  const placed: { readonly locked: LockedPackage; readonly index: string }[] = [];
  for (const locked of asked) placed.push({ locked, index: await indexes.of(locked) });
  const upstream = openOutside(context);
  try {
    const wanted = placed.map(({ locked, index }) => ({ index, project: locked.name }));
    const pages = await readPages(context, upstream, wanted);
    const resolved = placed.map(({ locked, index }) => resolve(locked, index, pages));
    const stated = resolved.flatMap(bytesOf);
    const receipts = await judgeLocked(context, {}, { stated, pages, upstream, memory });
    requireNoContradiction(receipts);
    const releases = Map.groupBy(receipts, ({ artifact }) => keyOf(artifact));
    const packages = resolved.map((one) =>
      packageOf(one, releases.get(keyOf({ ...one.locked, project: one.locked.name })) ?? []),
    );
    return { packages: [...packages, ...direct], notes: [...notes, ...yankedIn(resolved)] };
  } finally {
    await upstream.close();
  }
}

const keyOf = ({
  project,
  version,
}: {
  readonly project: string;
  readonly version: string | null;
}) => `${project} ${version ?? ''}`;

function bytesOf({ locked, index, files }: Resolved): readonly LockedBytes[] {
  const { name: project, version, where } = locked;
  return files.map(({ filename, url, hashes }) => ({
    project,
    version,
    filename,
    url,
    sha256: hashes['sha256'] ?? '',
    index,
    where,
  }));
}

/** That nobody vouches for a file is no reason to leave it out of a lock; that somebody's word is against it is. */
function requireNoContradiction(receipts: readonly Receipt[]): void {
  for (const { decision } of receipts) {
    const [against] = decision.reasons.filter(({ code }) => code !== 'WP-NO-VOUCHER');
    if (against !== undefined) throw new Refusal(against.code, against);
  }
}

function packageOf(resolved: Resolved, receipts: readonly Receipt[]): LockedPackage {
  const { locked, index, files } = resolved;
  const [stated] = files.flatMap(({ requiresPython }) => requiresPython ?? []);
  return {
    ...locked,
    hashes: [],
    files: lockedFiles(resolved),
    index,
    requiresPython: stated ?? locked.requiresPython,
    identities: identitiesIn(receipts),
  };
}

function yankedIn(resolved: readonly Resolved[]): readonly string[] {
  return resolved.flatMap(({ locked: { name, version }, files }) => {
    const yanked = files.find((file) => file.yanked !== false)?.yanked;
    return yanked === undefined
      ? []
      : [
          `${name} ${version ?? ''} was withdrawn by its project${yanked === '' ? '' : `: ${yanked}`}`,
        ];
  });
}

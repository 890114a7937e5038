// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, realpath, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FoundDistribution, SiteListing } from '../core/host.ts';
import type { InstallTarget } from '../core/installer.ts';
import { MAX_INSTALLED_DISTRIBUTIONS } from '../core/limits.ts';
import type { Environment } from '../core/machine.ts';
import { readDistribution } from './installed-distribution.ts';
import { thisMachine } from './machine.ts';
import { sitesOf } from './sites.ts';

export { sitesOf } from './sites.ts';

export interface EnvironmentChange {
  /** New, or written anew. */
  readonly added: readonly FoundDistribution[];
  readonly preexisting: readonly FoundDistribution[];
}

/** What lies in the folders of distributions at one moment. */
export interface Snapshot {
  readonly found: readonly FoundDistribution[];
  readonly listings: readonly SiteListing[];
  /** When, by the clock that files are stamped with; absent where it could not be told. */
  readonly takenAt?: number;
  /** What interpreters said where their distributions lie, by the interpreter's path. */
  readonly told?: ReadonlyMap<string, readonly string[]>;
}

/**
 * What is installed in these targets; nothing where one does not exist yet.
 * @param earlier of these targets: an interpreter that told its folders is not started again, since
 *   that would run what was installed meanwhile (`.pth` files) outside of the jail.
 */
export async function takeSnapshot(
  targets: readonly InstallTarget[],
  environment: Environment = process.env,
  earlier: Snapshot | null = null,
): Promise<Snapshot> {
  const takenAt = await fileClock();
  const kinds = new Map<string, InstallTarget['kind']>();
  const told = new Map(earlier?.told);
  for (const target of targets) {
    const known = target.kind === 'interpreter' ? told.get(target.path) : undefined;
    const sites = known ?? (await sitesOf(target, environment));
    if (target.kind === 'interpreter' && sites.length > 0) told.set(target.path, sites);
    for (const site of await realFolders(sites)) {
      if (!kinds.has(site)) kinds.set(site, target.kind);
    }
  }
  const found: FoundDistribution[] = [];
  const listings: SiteListing[] = [];
  for (const [site, kind] of kinds) {
    const names = await thisMachine.list(site);
    listings.push({ site, kind, names });
    found.push(...distributionsAmong(site, names, found.length));
  }
  return { found, listings, told, ...(takenAt === null ? {} : { takenAt }) };
}

/** The kernel's clock, which a variable in our environment does not move (attack F06). */
async function fileClock(): Promise<number | null> {
  try {
    const folder = await mkdtemp(join(tmpdir(), 'wheelproof-clock-'));
    const { ctimeMs } = await stat(folder);
    await rmdir(folder);
    return ctimeMs;
  } catch {
    return null; // nowhere to write: what came into folders that were there is not looked for
  }
}

/** What is installed in a target; nothing where it does not exist yet. */
export async function inspectTarget(
  target: InstallTarget,
  environment: Environment = process.env,
): Promise<readonly FoundDistribution[]> {
  return (await takeSnapshot([target], environment)).found;
}

/** What is installed in folders of distributions; each real folder is read once. */
export async function inspectSites(
  sites: readonly string[],
): Promise<readonly FoundDistribution[]> {
  const targets = sites.map((path): InstallTarget => ({ kind: 'directory', path }));
  return (await takeSnapshot(targets)).found;
}

function distributionsAmong(
  site: string,
  names: readonly string[],
  already: number,
): readonly FoundDistribution[] {
  const found: FoundDistribution[] = [];
  for (const name of names) {
    if (already + found.length >= MAX_INSTALLED_DISTRIBUTIONS) return found;
    const distribution = readDistribution(site, name);
    if (distribution !== null) found.push(distribution);
  }
  return found;
}

/** What a run brought in, and what was there before and still is. */
export function compareEnvironments(
  before: readonly FoundDistribution[],
  after: readonly FoundDistribution[],
): EnvironmentChange {
  const known = new Set(before.map(identityOf));
  return {
    added: after.filter((distribution) => !known.has(identityOf(distribution))),
    preexisting: after.filter((distribution) => known.has(identityOf(distribution))),
  };
}

function identityOf(distribution: FoundDistribution): string {
  return `${distribution.distInfo}\0${distribution.fingerprint}`;
}

/** `lib64` is often a link to `lib`. */
async function realFolders(sites: readonly string[]): Promise<ReadonlySet<string>> {
  const folders = new Set<string>();
  for (const site of sites) {
    const real = await realpath(site).catch(() => null); // not there (yet): holds nothing
    if (real !== null) folders.add(real);
  }
  return folders;
}

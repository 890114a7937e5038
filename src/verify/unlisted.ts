// SPDX-License-Identifier: Apache-2.0
import { basename, dirname, join } from 'node:path';
import type { FoundDistribution, InstalledFiles } from '../core/host.ts';
import type { SiteListing } from '../core/host.ts';
import type { Reconciled } from './installed.ts';

/**
 * What came to lie at the top of a site folder during a run and belongs to no distribution that is
 * there now: what a killed installer leaves, or what somebody put there beside it.
 * @returns absolute paths
 */
export async function unlistedEntries(
  before: readonly SiteListing[],
  after: readonly SiteListing[],
  { added, files }: { readonly added: readonly Reconciled[]; readonly files: InstalledFiles },
): Promise<readonly string[]> {
  const earlier = new Map(before.map(({ site, names }) => [site, new Set(names)]));
  const unlisted: string[] = [];
  for (const { site, names, kind } of after) {
    const known = earlier.get(site);
    const fresh = names.filter((name) => known?.has(name) !== true && !isDistribution(name));
    if (fresh.length === 0) continue;
    const here = added.filter(({ found }) => dirname(found.distInfo) === site);
    const owned = await ownedPaths(here, files);
    const harmless = harmlessNames(kind, known === undefined, here);
    for (const name of fresh) {
      if (owned.has(name)) unlisted.push(...(await strayBelow({ site, owned, files }, name)));
      else if (!harmless.has(name)) unlisted.push(join(site, name));
    }
  }
  return unlisted;
}

/** Whether Python takes notice of it: a module, a package, or a file that it runs when it starts. */
export function isImportable(path: string): boolean {
  const name = basename(path);
  return /^[\p{L}_][\p{L}\p{N}_]*$|\.(?:pyw?|pyc|pth|so|pyd|egg|zip)$/u.test(name);
}

function isDistribution(name: string): boolean {
  return /\.(?:dist-info|egg-info)$/u.test(name) && !name.startsWith('~');
}

/** What distributions list, and the folders that it lies in. */
async function ownedPaths(
  added: readonly Reconciled[],
  files: InstalledFiles,
): Promise<ReadonlySet<string>> {
  const owned = new Set<string>();
  for (const { found } of added) {
    for (const { path } of (await files.record(found)) ?? []) {
      let part = path;
      while (part !== '' && !owned.has(part)) {
        owned.add(part);
        part = part.slice(0, Math.max(0, part.lastIndexOf('/')));
      }
    }
  }
  return owned;
}

interface Owned {
  readonly site: string;
  readonly owned: ReadonlySet<string>;
  readonly files: InstalledFiles;
}

/**
 * What Python could import out of a listed folder, and nobody lists: uv lays down whatever lies in
 * the unpacked wheel of its cache. Compiled modules are taken for the interpreter's own.
 */
async function strayBelow(
  { site, owned, files }: Owned,
  folder: string,
): Promise<readonly string[]> {
  const stray: string[] = [];
  for (const name of await files.list(join(site, folder))) {
    const path = `${folder}/${name}`;
    if (name === '__pycache__') continue;
    if (owned.has(path)) stray.push(...(await strayBelow({ site, owned, files }, path)));
    else if (isImportable(name)) stray.push(join(site, path));
  }
  return stray;
}

/** Compiled modules, uv's lock, what makes a new environment work, and a `--target`'s own folders. */
function harmlessNames(
  kind: SiteListing['kind'],
  isNew: boolean,
  added: readonly Reconciled[],
): ReadonlySet<string> {
  const names = ['__pycache__', '.lock'];
  if (isNew) names.push('_virtualenv.py', '_virtualenv.pth');
  if (kind === 'directory') {
    names.push('bin', 'include', 'Scripts');
    for (const { wheel } of added) {
      for (const { path } of wheel?.members ?? []) {
        const [, top] = /^[^/]+\.data\/data\/([^/]+)/u.exec(path) ?? [];
        if (top !== undefined) names.push(top);
      }
    }
  }
  return new Set(names);
}

/** The distributions that were there before and are gone, with nothing of their name in their place. */
export function vanished(
  before: readonly FoundDistribution[],
  after: readonly FoundDistribution[],
): readonly FoundDistribution[] {
  const key = ({ name, distInfo }: FoundDistribution): string => `${dirname(distInfo)}\n${name}`;
  const there = new Set(after.map(key));
  return before.filter((found) => !there.has(key(found)));
}

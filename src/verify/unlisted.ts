// SPDX-License-Identifier: Apache-2.0
import { basename, dirname, join } from 'node:path';
import type { FoundDistribution, InstalledFiles } from '../core/host.ts';
import type { SiteListing } from '../core/host.ts';
import type { Compiles } from '../core/installer.ts';
import type { RecordLine } from '../core/record-lines.ts';
import { judgeCompiled, sourceOf } from './compiled-modules.ts';
import type { Owning } from './installed.ts';

export interface UnlistedParts {
  readonly added: readonly Owning[];
  /** Distributions that were there before and still are. */
  readonly others?: readonly FoundDistribution[];
  readonly files: InstalledFiles;
  /**
   * When the run began, by the clock that files are stamped with: what came later into a folder
   * that was there before is looked for too.
   */
  readonly since?: number;
  /** The installer leaves compiled modules that no RECORD lists. */
  readonly compiles?: Compiles;
}

/**
 * What came to lie in a site folder during a run and belongs to no distribution that is there now:
 * what a killed installer leaves, or what somebody put there beside it. Looked for at the top, and
 * in the folders of what was installed.
 * @returns absolute paths
 */
export async function unlistedEntries(
  before: readonly SiteListing[],
  after: readonly SiteListing[],
  parts: UnlistedParts,
): Promise<readonly string[]> {
  const earlier = new Map(before.map(({ site, names }) => [site, new Set(names)]));
  const unlisted: string[] = [];
  for (const { site, names, kind } of after) {
    const known = earlier.get(site);
    const here = parts.added.filter(({ found }) => dirname(found.distInfo) === site);
    const owned = ownedPaths(here.map(({ record }) => record));
    const harmless = harmlessNames(kind, known === undefined, here);
    const look = new SiteLook(site, here, owned, parts);
    for (const name of names) {
      if (isDistribution(name)) continue;
      const isNew = known?.has(name) !== true;
      if (name === '__pycache__') unlisted.push(...(await look.compiledIn('', isNew)));
      else if (owned.has(name)) unlisted.push(...(await look.strayBelow(name, isNew)));
      else if (isNew && !harmless.has(name)) unlisted.push(join(site, name));
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
function ownedPaths(records: readonly (readonly RecordLine[] | null)[]): ReadonlySet<string> {
  const owned = new Set<string>();
  for (const record of records) {
    let last = '';
    for (const { path } of record ?? []) {
      owned.add(path);
      let part = folderOf(path);
      // Files of one folder mostly follow each other.
      if (part === last) continue;
      last = part;
      while (part !== '' && !owned.has(part)) {
        owned.add(part);
        part = folderOf(part);
      }
    }
  }
  return owned;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** One site folder, and what the new distributions in it list. */
class SiteLook {
  readonly #site: string;
  readonly #owned: ReadonlySet<string>;
  readonly #parts: UnlistedParts;
  /** Compiled modules that a verified wheel brings. */
  readonly #members: ReadonlyMap<string, string | null>;
  #others: ReadonlySet<string> | null = null;

  constructor(
    site: string,
    here: readonly Owning[],
    owned: ReadonlySet<string>,
    parts: UnlistedParts,
  ) {
    this.#site = site;
    this.#owned = owned;
    this.#parts = parts;
    const members = here.flatMap(({ wheel }) => wheel?.members ?? []);
    const brought = members.filter(({ path }) => path.endsWith('.pyc'));
    this.#members = new Map(brought.map(({ path, sha256 }) => [path, sha256]));
  }

  /**
   * What Python could import out of a listed folder, and nobody lists: uv lays down whatever lies in
   * the unpacked wheel of its cache. @param isNew the folder was not there before.
   */
  async strayBelow(folder: string, isNew: boolean): Promise<readonly string[]> {
    const stray: string[] = [];
    for (const { name, isFile } of await this.#parts.files.list(join(this.#site, folder))) {
      const path = `${folder}/${name}`;
      if (isFile && this.#owned.has(path)) continue;
      if (name === '__pycache__') stray.push(...(await this.compiledIn(folder, isNew)));
      else if (this.#owned.has(path)) stray.push(...(await this.strayBelow(path, isNew)));
      else if (isImportable(name) && (isNew || (await this.#cameNow(path))))
        stray.push(join(this.#site, path));
    }
    return stray;
  }

  /**
   * Compiled modules of what was installed, which would run in place of their sources: those that
   * never look at it, and those that nobody tells of. @param folder of the sources; '': the top.
   */
  async compiledIn(folder: string, isNew: boolean): Promise<readonly string[]> {
    const { files, compiles } = this.#parts;
    const at = folder === '' ? '' : `${folder}/`;
    const stray: string[] = [];
    for (const { name } of await files.list(join(this.#site, `${at}__pycache__`))) {
      const path = `${at}__pycache__/${name}`;
      const source = sourceOf(name);
      if (source === null || !this.#owned.has(at + source)) continue;
      const full = join(this.#site, path);
      const found = await judgeCompiled(full, join(this.#site, at + source), files);
      const isTold = compiles !== undefined || this.#owned.has(path);
      const isWanted = found === 'live' ? isTold : compiles === 'without sources';
      if (found === 'inert' || isWanted || (await this.#isWheels(path))) continue;
      if (isNew || (await this.#cameNow(path))) stray.push(full);
    }
    return stray;
  }

  async #isWheels(path: string): Promise<boolean> {
    const expected = this.#members.get(path) ?? null;
    if (expected === null) return false;
    const found = await this.#parts.files.digest(join(this.#site, path), null);
    return found?.sha256 === expected;
  }

  /** It came into a folder that was there before, and is no older distribution's. */
  async #cameNow(path: string): Promise<boolean> {
    const { files, since, others = [] } = this.#parts;
    if (since === undefined) return false;
    const found = await files.stat(join(this.#site, path));
    if (found === null || found.changedAt < since) return false;
    const here = others.filter(({ distInfo }) => dirname(distInfo) === this.#site);
    this.#others ??= await this.#ownedBy(here);
    return !this.#others.has(path);
  }

  async #ownedBy(others: readonly FoundDistribution[]): Promise<ReadonlySet<string>> {
    const records: (readonly RecordLine[] | null)[] = [];
    for (const found of others) records.push(await this.#parts.files.record(found));
    return ownedPaths(records);
  }
}

/** uv's lock, what makes a new environment work, and a `--target`'s own folders. */
function harmlessNames(
  kind: SiteListing['kind'],
  isNew: boolean,
  added: readonly Owning[],
): ReadonlySet<string> {
  const names = ['.lock'];
  if (isNew) names.push('_virtualenv.py', '_virtualenv.pth');
  if (kind === 'directory') {
    names.push('bin', 'include', 'Scripts');
    for (const { wheel } of added) {
      for (const { path } of wheel?.members ?? []) {
        if (!path.includes('.data/')) continue;
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

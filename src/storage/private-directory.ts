// SPDX-License-Identifier: Apache-2.0
import { lstatSync, mkdirSync, statSync, type Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Refusal } from '../core/errors.ts';
import { diskRefusal, errorCode } from './disk-refusal.ts';

const WRITABLE_BY_OTHERS = 0o022;

/**
 * A folder that only its owner can write, made with mode 0700 where it is missing.
 *
 * @throws Refusal `WP-STATE-PERMISSIONS` where it belongs to somebody else or others can write it:
 *   whoever can write the store decides what is trusted (attack K17). `WP-STATE-DISK` otherwise.
 */
export function ensurePrivateDirectory(path: string): void {
  const directory = resolve(path);
  try {
    refuseForeignHome(directory);
    makeFolders(directory);
    const found = statSync(directory);
    if (!found.isDirectory()) throw notOfKind(directory, 'a folder');
    requirePrivate(directory, found, '700');
  } catch (thrown) {
    throw diskRefusal(thrown, `preparing ${directory}`);
  }
}

/**
 * A plain file that only its owner can write.
 *
 * @returns what is there, or `null` where nothing is.
 * @throws Refusal `WP-STATE-PERMISSIONS`, `WP-STATE-DAMAGED` (no plain file), `WP-STATE-DISK`.
 */
export function requirePrivateFile(path: string): Stats | null {
  try {
    const found = lstatSync(path);
    if (!found.isFile()) throw notOfKind(path, 'a plain file');
    requirePrivate(path, found, '600');
    return found;
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return null;
    throw diskRefusal(thrown, `looking at ${path}`);
  }
}

function requirePrivate(path: string, found: Stats, mode: string): void {
  const me = process.geteuid?.();
  if (me === undefined) return; // Windows: the profile folder's own access list protects it
  if (found.uid !== me) throw foreignOwner(path, found.uid, me);
  if ((found.mode & WRITABLE_BY_OTHERS) === 0) return;
  throw new Refusal('WP-STATE-PERMISSIONS', {
    message:
      `${path}: expected to be writable by its owner alone, ` +
      `found mode ${(found.mode & 0o7777).toString(8).padStart(4, '0')}`,
    hint: `Run: chmod ${mode} ${quoted(path)}`,
  });
}

/** Root would leave folders in a user's home that the user can no longer write. */
function refuseForeignHome(directory: string): void {
  if (process.geteuid?.() !== 0) return;
  const existing = nearestExisting(directory);
  const owner = statSync(existing).uid;
  if (owner !== 0) throw foreignOwner(existing, owner, 0);
}

/**
 * One after the other: where a file system answers ENOENT to a mkdir (`/proc`, an automounter),
 * Node's own recursive mkdir never ends.
 */
function makeFolders(directory: string): void {
  const missing: string[] = [];
  const existing = nearestExisting(directory);
  for (let place = directory; place !== existing; place = dirname(place)) missing.unshift(place);
  for (const place of missing) {
    try {
      mkdirSync(place, { mode: 0o700 });
    } catch (thrown) {
      // Another run may have made it meanwhile.
      if (errorCode(thrown) !== 'EEXIST') throw thrown;
    }
  }
}

function nearestExisting(path: string): string {
  for (let place = path; ; place = dirname(place)) {
    const found = statSync(place, { throwIfNoEntry: false });
    if (found !== undefined || place === dirname(place)) return place;
  }
}

function foreignOwner(path: string, owner: number, me: number): Refusal {
  return new Refusal('WP-STATE-PERMISSIONS', {
    message: `${path}: expected to belong to user id ${me}, who runs wheelproof; found user id ${owner}`,
    hint: `Run wheelproof as its owner, or, if it is yours: sudo chown -R ${me} ${quoted(path)}`,
  });
}

function notOfKind(path: string, kind: string): Refusal {
  return new Refusal('WP-STATE-DAMAGED', {
    message: `${path}: expected ${kind}, found another thing`,
  });
}

function quoted(path: string): string {
  return /^[\w./-]+$/u.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

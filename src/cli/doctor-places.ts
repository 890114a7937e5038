// SPDX-License-Identifier: Apache-2.0
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isWritableByOthers } from '../core/file-writers.ts';
import type { Places } from '../host/index.ts';
import { note, ok, problem, type Check, type Of } from './doctor-check.ts';

/** What the file system says of a path; `null` where nothing is. */
export interface PathFacts {
  readonly path: string;
  readonly directory: boolean;
  readonly uid: number;
  readonly gid: number;
  /** Permission bits, with the sticky bit. */
  readonly mode: number;
}

/**
 * `own`: made by us, nobody else may write it. `shared`: may be root's too. `above`: a folder on the
 * way to it, in which nobody may put another in its place.
 */
export type Role = 'own' | 'shared' | 'above';

export async function lookAt(path: string): Promise<PathFacts | null> {
  const found = await stat(path).catch(() => null); // absent, or hidden: whoever opens it will tell
  if (found === null) return null;
  const { uid, gid } = found;
  return { path, directory: found.isDirectory(), uid, gid, mode: found.mode & 0o7777 };
}

const STICKY = 0o1000;

/** Whoever can write these decides what is trusted. @returns `null` where nobody else can. */
export function judgePath(of: Of, facts: PathFacts, role: Role, me: number | null): Check | null {
  const { path, uid, mode, directory } = facts;
  if (me === null) return null;
  const code = 'WP-STATE-PERMISSIONS';
  if (uid !== me && (role === 'own' || uid !== 0)) {
    const message = `${path} belongs to user id ${uid}, expected ${role === 'own' ? '' : '0 or '}${me}`;
    return problem(of, code, message, `sudo chown ${me} ${quoted(path)}`);
  }
  if (!isOpen(facts, role)) return null;
  const who = (mode & 0o002) === 0 ? 'its group' : 'everybody';
  const right = directory ? '700' : '600';
  const mend = role === 'own' ? `chmod ${right}` : 'chmod go-w';
  const message = `${path} can be written by ${who} (mode ${octal(mode)})`;
  return problem(of, code, message, `${mend} ${quoted(path)}`);
}

/** What is shared is judged as the policy loader does. */
function isOpen(facts: PathFacts, role: Role): boolean {
  if (role === 'shared') return isWritableByOthers(facts);
  if (role === 'own') return (facts.mode & 0o022) !== 0;
  return (facts.mode & 0o002) !== 0 && (facts.mode & STICKY) === 0;
}

/** A folder of ours, what it must hold besides, and whether all of it is private. */
interface Place {
  readonly id: string;
  readonly subject: string;
  readonly path: string;
  readonly role: Role;
  readonly within: readonly string[];
}

function placesOfState(places: Places): readonly Place[] {
  const at = (
    id: string,
    subject: string,
    path: string,
    within: readonly string[] = [],
  ): Place => ({
    id: `state.${id}`,
    subject,
    path,
    role: id === 'config' ? 'shared' : 'own',
    within,
  });
  const store = ['trust.sqlite', 'trust.sqlite-wal', 'trust.sqlite-shm', 'trust.sqlite.mark'];
  const blobs = ['blobs', 'blobs/sha256', 'blobs/drafts', 'blobs/quarantine'];
  return [
    at('data', 'trust store and verified bytes', places.data, [...store, ...blobs]),
    at('cache', "installers' private caches", places.cache, ['installers']),
    at('runs', 'folders of running wheelproofs', places.state, ['runs']),
    at('config', 'your policy', places.config, ['wheelproof.toml']),
  ];
}

/** Where state lives, and who may write there (attack K17). */
export async function checkPlaces(places: Places, me: number | null): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const place of placesOfState(places)) checks.push(...(await checkPlace(place, me)));
  return checks;
}

async function checkPlace(place: Place, me: number | null): Promise<readonly Check[]> {
  const { path, role, within } = place;
  const of: Of = [place.id, place.subject];
  const found = await lookAt(path);
  const wrong: Check[] = [];
  for (const inside of ['', ...within]) {
    const facts = await lookAt(join(path, inside));
    const check = facts === null ? null : judgePath(of, facts, role, me);
    if (check !== null) wrong.push(check);
  }
  wrong.push(...(await judgeAbove(of, path, me)));
  if (wrong.length > 0) return wrong;
  if (found === null) return [note(of, `${path} is not there yet`)];
  return [ok(of, `${path} (mode ${octal(found.mode)})`)];
}

/** A folder that is ours is worth nothing below one in which others can put another in its place. */
export async function judgeAbove(
  of: Of,
  path: string,
  me: number | null,
): Promise<readonly Check[]> {
  const wrong: Check[] = [];
  for (let above = dirname(path); ; above = dirname(above)) {
    const facts = await lookAt(above);
    const check = facts === null ? null : judgePath(of, facts, 'above', me);
    if (check !== null) wrong.push(check);
    if (above === dirname(above)) return wrong;
  }
}

export function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(3, '0');
}

/** For a shell. */
export function quoted(path: string): string {
  return /^[\w./-]+$/u.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

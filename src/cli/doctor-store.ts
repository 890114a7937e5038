// SPDX-License-Identifier: Apache-2.0
import { lstat, readdir, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { Refusal } from '../core/errors.ts';
import { GIB, MIB } from '../core/limits.ts';
import { leftoversIn, thisMachine, type Places } from '../host/index.ts';
import { isAbandoned } from '../storage/draft-name.ts';
import { openSqliteTrustRows } from '../storage/index.ts';
import { MIGRATIONS } from '../storage/migrations.ts';
import { note, ok, problem, refused, warning, type Check, type Of } from './doctor-check.ts';
import { lookAt } from './doctor-places.ts';

const TRUST: Of = ['state.trust', 'trust store'];
const DISK: Of = ['state.disk', 'disk'];
const BLOBS: Of = ['state.blobs', 'verified bytes'];
const LEFT: Of = ['state.leftovers', 'leftovers'];

export interface StoreFindings {
  readonly checks: readonly Check[];
  /** The newest time that it holds. */
  readonly newest: number | null;
}

/** Opens the trust store where there is one, and reads all of it: each row and its hash, the whole trail. */
export async function checkTrustStore(places: Places, clock: Clock): Promise<StoreFindings> {
  const file = join(places.data, 'trust.sqlite');
  const traces = await Promise.all(
    ['', '.mark', '-wal'].map((suffix) => lstat(`${file}${suffix}`).catch(() => null)), // absent
  );
  if (traces.every((found) => found === null)) {
    return {
      checks: [note(TRUST, `${file} is not there yet: nothing is remembered`)],
      newest: null,
    };
  }
  try {
    return readTrustStore(file, clock);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return { checks: [refused(TRUST, thrown)], newest: null };
  }
}

function readTrustStore(file: string, clock: Clock): StoreFindings {
  const rows = openSqliteTrustRows(file, clock);
  try {
    const files = rows.list({});
    const approvals = rows.listApprovals();
    const trail = rows.auditTrail({});
    const counts = [
      counted(files.length, 'file'),
      counted(approvals.length, 'approval'),
      counted(rows.listHosts().length, 'file host'),
    ].join(', ');
    const message = `schema ${MIGRATIONS.length}; ${counts}; audit trail of ${trail.length} entries, without a gap`;
    const times = [
      ...files.map(({ lastSeen }) => lastSeen),
      ...approvals.map(({ createdAt }) => createdAt),
      ...trail.map(({ at }) => at),
    ];
    const newest = times.reduce((later, time) => Math.max(later, time), 0);
    return { checks: [ok(TRUST, message)], newest: times.length === 0 ? null : newest };
  } finally {
    rows.close();
  }
}

/** More files than this are not counted one by one. */
const MOST_COUNTED = 50_000;

export async function checkBlobs(places: Places): Promise<readonly Check[]> {
  const root = join(places.data, 'blobs');
  if ((await lookAt(root)) === null) return [];
  const kept = await measure(join(root, 'sha256'));
  const aside = await measure(join(root, 'quarantine'));
  const quarantine = aside.files === 0 ? '' : `; ${inWords(aside.bytes)} in quarantine`;
  const files = `${kept.more}${counted(kept.files, 'file')}`;
  return [ok(BLOBS, `${files}, ${inWords(kept.bytes)}${quarantine}`)];
}

interface Measured {
  readonly files: number;
  readonly bytes: number;
  readonly more: string;
}

async function measure(folder: string): Promise<Measured> {
  let files = 0;
  let bytes = 0;
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []); // not there
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    if (files >= MOST_COUNTED) return { files, bytes, more: 'more than ' };
    const found = await lstat(join(entry.parentPath, entry.name)).catch(() => null); // just removed
    files += 1;
    bytes += found?.size ?? 0;
  }
  return { files, bytes, more: '' };
}

export interface DiskFacts {
  readonly path: string;
  readonly free: number;
}

export async function checkDisk(places: Places): Promise<readonly Check[]> {
  const found = await statfs(await nearestExisting(places.data));
  return [judgeDisk({ path: places.data, free: found.bavail * found.bsize })];
}

/** A file is held on disk until its verdict. */
export function judgeDisk({ path, free }: DiskFacts): Check {
  const message = `${inWords(free)} free for ${path}`;
  if (free < 64 * MIB) return problem(DISK, 'WP-STATE-DISK', message);
  if (free < GIB) {
    return warning(DISK, message, 'Make room, or set XDG_DATA_HOME to a folder on a larger disk.');
  }
  return ok(DISK, message);
}

async function nearestExisting(path: string): Promise<string> {
  for (let place = path; ; place = dirname(place)) {
    if ((await lookAt(place)) !== null || place === dirname(place)) return place;
  }
}

/** What runs left that were killed: of no use to anybody, and removed at the next start. */
export async function checkLeftovers(places: Places, now: number): Promise<readonly Check[]> {
  const runs = await leftoversIn(join(places.state, 'runs')).catch(() => []); // not there
  const drafts: string[] = [];
  for (const folder of [join(places.data, 'blobs', 'drafts'), places.data]) {
    for (const name of await thisMachine.list(folder)) {
      const draft = name.replace(/^trust\.sqlite\./u, '');
      if (!draft.endsWith('.part')) continue;
      const found = await lstat(join(folder, name)).catch(() => null); // just removed
      if (found !== null && isAbandoned(draft, now - found.mtimeMs))
        drafts.push(join(folder, name));
    }
  }
  const all = [...runs, ...drafts];
  if (all.length === 0) return [ok(LEFT, 'no killed run has left anything')];
  const message = `${all.length} things of killed runs, the first ${String(all[0])}`;
  return [
    note(LEFT, message, 'Nothing to do: the next run removes them, and nothing trusts them.'),
  ];
}

export function inWords(bytes: number): string {
  if (bytes >= GIB) return `${(bytes / GIB).toFixed(1)} GiB`;
  return bytes >= MIB ? `${(bytes / MIB).toFixed(1)} MiB` : `${Math.ceil(bytes / 1024)} KiB`;
}

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;

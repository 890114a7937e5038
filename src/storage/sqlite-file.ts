// SPDX-License-Identifier: Apache-2.0
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { Refusal } from '../core/errors.ts';
import { diskRefusal, errorCode } from './disk-refusal.ts';
import { isAbandoned, newDraftName } from './draft-name.ts';
import { ensurePrivateDirectory, requirePrivateFile } from './private-directory.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { damaged } from './sqlite-refusal.ts';
import { migrate, useWriteAheadLog } from './sqlite-schema.ts';

/**
 * The store's file is there, private, and was never lost. It is made complete under another name
 * and then linked into place, so an empty or half-made file is always damage, never a beginning;
 * and a mark beside it tells a lost store from one that never was (so that it is never silently
 * begun anew: without memory, a changed file would look like a new one).
 *
 * @throws Refusal `WP-STATE-DAMAGED`, `WP-STATE-PERMISSIONS`, `WP-STATE-DISK`
 */
export function ensureSqliteFile(file: string, clock: Clock): void {
  ensurePrivateDirectory(dirname(file));
  const mark = markOf(file);
  try {
    // Looked at before the file itself: another process may be making both, in the other order.
    const marked = existsSync(mark) || existsSync(`${file}-wal`);
    removeAbandoned(file, clock);
    const found = requirePrivateFile(file);
    if (found === null && marked) throw lost(file, mark);
    if (found?.size === 0) throw damaged(file, 'an empty file');
    if (found === null) create(file, clock);
    if (!existsSync(mark)) writeMark(file, mark);
  } catch (thrown) {
    throw diskRefusal(thrown, `preparing ${file}`);
  }
}

/** Lies beside the store; its second line is {@link TrailHead}'s. */
export function markOf(file: string): string {
  return `${file}.mark`;
}

function lost(file: string, mark: string): Refusal {
  return new Refusal('WP-STATE-DAMAGED', {
    message: `${file}: expected the trust store that was made here, found no file`,
    hint: `Restore it from a backup; to begin anew with an empty memory, remove ${mark} and ${file}-wal.`,
  });
}

function create(file: string, clock: Clock): void {
  const draft = `${file}.${newDraftName()}`;
  try {
    closeSync(openSync(draft, 'wx', 0o600));
    const connection = new SqliteConnection(draft);
    try {
      // Nobody sees it before all of it is on the disk: no step needs to be undone, or waited for.
      connection.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF');
      connection.transaction(() => migrate(connection, clock));
      useWriteAheadLog(connection);
    } finally {
      connection.close();
    }
    syncPath(draft);
    linkUnlessThere(draft, file);
    syncPath(dirname(file));
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${draft}${suffix}`, { force: true });
  }
}

/** Never replaces: of several processes that begin at once, the first one's file is everybody's. */
function linkUnlessThere(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (thrown) {
    if (errorCode(thrown) !== 'EEXIST') throw thrown;
  }
}

/** Whole from its first moment: another process may already write its second line. */
function writeMark(file: string, mark: string): void {
  const name = basename(file);
  const text = `${name} was made in this folder. While this mark is here, wheelproof refuses to begin it anew.\n`;
  const draft = `${file}.${newDraftName()}`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flush: true });
    linkUnlessThere(draft, mark);
  } finally {
    rmSync(draft, { force: true });
  }
}

function syncPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** What runs left that died while they made the store or wrote its mark. */
function removeAbandoned(file: string, clock: Clock): void {
  const prefix = `${basename(file)}.`;
  for (const name of readdirSync(dirname(file))) {
    const draft = name.slice(prefix.length).replace(/-(?:wal|shm|journal)$/u, '');
    if (!name.startsWith(prefix) || !draft.endsWith('.part')) continue;
    const path = join(dirname(file), name);
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (isAbandoned(draft, clock.now() - made)) rmSync(path, { force: true });
  }
}

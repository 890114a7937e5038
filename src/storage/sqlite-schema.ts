// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/clock.ts';
import { Refusal } from '../core/errors.ts';
import { MIB } from '../core/limits.ts';
import { APPLICATION_ID, MIGRATIONS } from './migrations.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { damaged } from './sqlite-refusal.ts';

/** Up to this size every page and index is checked on opening (about 2 ms per MiB). */
const CHECKED_ON_OPENING_BYTES = 16 * MIB;

const SETTINGS = `
  PRAGMA trusted_schema = OFF;
  PRAGMA foreign_keys = ON;
  PRAGMA cell_size_check = ON;
  PRAGMA synchronous = FULL;
`;

/** Settings of one connection; none of them is kept in the file. */
export function configure(connection: SqliteConnection): void {
  connection.exec(SETTINGS);
}

/** Kept in the file: one writer beside any number of readers. */
export function useWriteAheadLog(connection: SqliteConnection): void {
  if (pragma(connection, 'journal_mode') === 'wal') return;
  if (pragma(connection, 'journal_mode = WAL') !== 'wal') {
    throw new Refusal('WP-STATE-DISK', {
      message: `${connection.file}: the file system does not support SQLite's write-ahead log`,
      hint: 'Keep the store on a local disk: set XDG_DATA_HOME.',
    });
  }
}

/** @throws Refusal `WP-STATE-DAMAGED`, `WP-STATE-NEWER` */
export function requireIntactStore(connection: SqliteConnection): void {
  const { file } = connection;
  const id = pragma(connection, 'application_id');
  if (id !== APPLICATION_ID) throw damaged(file, `another program's database (id ${String(id)})`);
  const version = schemaVersion(connection);
  if (version === 0) throw damaged(file, 'a database without tables');
  if (version > MIGRATIONS.length) {
    throw new Refusal('WP-STATE-NEWER', {
      message: `${file}: this wheelproof knows schema ${MIGRATIONS.length}, found schema ${version}`,
    });
  }
  const pages = Number(pragma(connection, 'page_count'));
  if (pages * Number(pragma(connection, 'page_size')) > CHECKED_ON_OPENING_BYTES) return;
  const verdict = pragma(connection, 'integrity_check(1)');
  if (verdict !== 'ok') throw damaged(file, String(verdict));
}

/** Takes the schema forward, one step per transaction; another process may do the same meanwhile. */
export function migrate(
  connection: SqliteConnection,
  clock: Clock,
  steps: readonly string[] = MIGRATIONS,
): void {
  while (schemaVersion(connection) < steps.length) {
    connection.transaction(() => {
      const version = schemaVersion(connection);
      const step = steps[version];
      if (step === undefined) return;
      connection.exec(step);
      connection.run('INSERT INTO schema_history VALUES (?, ?)', version + 1, clock.now());
      connection.exec(`PRAGMA user_version = ${version + 1}`);
      connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    });
  }
}

export function schemaVersion(connection: SqliteConnection): number {
  return Number(pragma(connection, 'user_version'));
}

function pragma(connection: SqliteConnection, words: string): unknown {
  const row = connection.get(`PRAGMA ${words}`);
  return row === null ? null : Object.values(row)[0];
}

// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync } from 'node:fs';
import { Refusal } from '../core/errors.ts';
import { SqliteConnection } from './sqlite-connection.ts';

/** How long another writer may take before we give up. */
const WAIT_MS = 5_000;

/**
 * The right to write, of one process at a time. The system gives it back when the process ends,
 * however it ends.
 * @throws Refusal `WP-TUF-BUSY` where another process has it.
 */
export function takeWriterLock(file: string): { close(): void } {
  closeSync(openSync(file, 'a', 0o600)); // an empty file is an empty database
  const connection = new SqliteConnection(file, WAIT_MS);
  try {
    connection.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    connection.close();
    throw new Refusal('WP-TUF-BUSY', {
      message: `${file} is locked by another process`,
      cause: error,
    });
  }
  return connection;
}

// SPDX-License-Identifier: Apache-2.0
import type * as sqlite from 'node:sqlite';
import { pathToFileURL } from 'node:url';

export type SqliteValue = null | number | string;

/** The subset of `node:sqlite` that is used here; another driver with this shape would do. */
export interface SqliteStatement {
  get(...values: readonly SqliteValue[]): Readonly<Record<string, unknown>> | undefined;
  all(...values: readonly SqliteValue[]): readonly Readonly<Record<string, unknown>>[];
  run(...values: readonly SqliteValue[]): { readonly changes: number | bigint };
}

export interface SqliteDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

/** Opens an existing database file for reading and writing; never makes one. */
export function openSqliteFile(file: string, waitMs: number): SqliteDatabase {
  const address = pathToFileURL(file);
  address.searchParams.set('mode', 'rw');
  return new (loadDriver().DatabaseSync)(address, { timeout: waitMs });
}

/** Node 22 calls its SQLite module experimental on first use; that one warning is left out. */
function loadDriver(): typeof sqlite {
  const before = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning: string | Error, ...rest: readonly unknown[]): void => {
    const isOurs = rest[0] === 'ExperimentalWarning' && String(warning).includes('SQLite');
    if (!isOurs) Reflect.apply(emitWarning, undefined, [warning, ...rest]);
  };
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    if (before !== undefined) Object.defineProperty(process, 'emitWarning', before);
  }
}

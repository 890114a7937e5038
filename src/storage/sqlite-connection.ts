// SPDX-License-Identifier: Apache-2.0
import { STORE_WAIT_MS } from '../core/limits.ts';
import { monotonicMs } from '../core/monotonic.ts';
import {
  openSqliteFile,
  type SqliteDatabase,
  type SqliteStatement,
  type SqliteValue,
} from './sqlite-driver.ts';
import { isBusy, sqliteRefusal } from './sqlite-refusal.ts';

const PAUSE_MS = 20;

/**
 * One open database: waits for the other processes, keeps its prepared statements, and turns what
 * SQLite throws into refusals.
 */
export class SqliteConnection {
  readonly file: string;
  readonly #waitMs: number;
  readonly #database: SqliteDatabase;
  readonly #statements = new Map<string, SqliteStatement>();
  #depth = 0;

  constructor(file: string, waitMs: number = STORE_WAIT_MS) {
    this.file = file;
    this.#waitMs = waitMs;
    this.#database = this.#patiently(() => openSqliteFile(file, Math.ceil(waitMs / 2)));
  }

  exec(sql: string): void {
    this.#patiently(() => this.#database.exec(sql));
  }

  get(sql: string, ...values: readonly SqliteValue[]): Readonly<Record<string, unknown>> | null {
    return this.#patiently(() => this.#statement(sql).get(...values) ?? null);
  }

  all(
    sql: string,
    ...values: readonly SqliteValue[]
  ): readonly Readonly<Record<string, unknown>>[] {
    return this.#patiently(() => this.#statement(sql).all(...values));
  }

  /** @returns how many rows it changed. */
  run(sql: string, ...values: readonly SqliteValue[]): number {
    return this.#patiently(() => Number(this.#statement(sql).run(...values).changes));
  }

  /**
   * All of it or nothing. The write lock is taken at the start (BEGIN IMMEDIATE), so that what is
   * read inside is still true when it is written. Inside another, it is a savepoint.
   */
  transaction<T>(work: () => T): T {
    const outer = this.#depth === 0;
    const name = `level_${this.#depth}`;
    this.run(outer ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${name}`);
    this.#depth++;
    try {
      const result = work();
      if (result instanceof Promise) throw new TypeError('a transaction cannot wait for a promise');
      this.run(outer ? 'COMMIT' : `RELEASE ${name}`);
      return result;
    } catch (thrown) {
      this.#undo(outer ? 'ROLLBACK' : `ROLLBACK TO ${name}; RELEASE ${name}`);
      throw thrown;
    } finally {
      this.#depth--;
    }
  }

  get inTransaction(): boolean {
    return this.#depth > 0;
  }

  close(): void {
    this.#patiently(() => this.#database.close());
  }

  #undo(sql: string): void {
    try {
      this.#database.exec(sql);
    } catch {
      // SQLite has already rolled back by itself (after SQLITE_FULL, for instance); the reason for
      // undoing is what the caller is to see.
    }
  }

  #statement(sql: string): SqliteStatement {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  /**
   * SQLite waits for locks by itself, but not where waiting could end in a deadlock, nor while
   * another process recovers the write-ahead log or is the last to close it. Inside a transaction
   * the lock is ours already, and nothing is tried twice.
   */
  #patiently<T>(work: () => T): T {
    const end = monotonicMs() + this.#waitMs;
    for (;;) {
      try {
        return work();
      } catch (thrown) {
        const again = isBusy(thrown) && this.#depth === 0 && monotonicMs() < end;
        if (!again) throw sqliteRefusal(thrown, this.file);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
      }
    }
  }
}

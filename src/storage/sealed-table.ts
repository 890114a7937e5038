// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteValue } from './sqlite-driver.ts';
import { damaged } from './sqlite-refusal.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface TableShape<T> {
  readonly table: string;
  readonly columns: readonly string[];
  /** In the order of `columns`. */
  encode(value: T): readonly SqliteValue[];
  /** The column of a long text: the seal is over its hash, so that it need not be written as JSON. */
  readonly long?: string;
  /** Of a row whose seal was checked, in a STRICT table: the types are as written. */
  decode(row: Row): T;
}

/** A table whose every row carries a hash over itself: a row that the disk changed is found. */
export class SealedTable<T> {
  readonly #connection: SqliteConnection;
  readonly #shape: TableShape<T>;

  constructor(connection: SqliteConnection, shape: TableShape<T>) {
    this.#connection = connection;
    this.#shape = shape;
  }

  /** @param where constant SQL, with a `?` per value. */
  select(where: string, ...values: readonly SqliteValue[]): T[] {
    const { table, columns } = this.#shape;
    const sql = `SELECT ${columns.join(', ')}, seal FROM ${table} WHERE ${where}`;
    return this.#connection.all(sql, ...values).map((row) => {
      this.#requireSeal(row);
      return this.#shape.decode(row);
    });
  }

  /** Whether there is such a row; what it says is not looked at. */
  has(where: string, ...values: readonly SqliteValue[]): boolean {
    const sql = `SELECT 1 AS found FROM ${this.#shape.table} WHERE ${where} LIMIT 1`;
    return this.#connection.get(sql, ...values) !== null;
  }

  /** Writes a row, in place of the one with the same key. */
  put(value: T): void {
    const { table, columns } = this.#shape;
    const values = this.#shape.encode(value);
    const places = columns.map(() => '?').join(', ');
    const sql = `INSERT OR REPLACE INTO ${table} (${columns.join(', ')}, seal) VALUES (${places}, ?)`;
    this.#connection.run(sql, ...values, this.#sealOf(values));
  }

  /** @returns how many rows went. */
  remove(where: string, ...values: readonly SqliteValue[]): number {
    return this.#connection.run(`DELETE FROM ${this.#shape.table} WHERE ${where}`, ...values);
  }

  #requireSeal(row: Row): void {
    const { table, columns } = this.#shape;
    const values = columns.map((column) => row[column]);
    if (row['seal'] === this.#sealOf(values)) return;
    // Up to schema 5 every seal was over the columns themselves.
    if (row['seal'] === sealOf(values)) return;
    throw damaged(
      this.#connection.file,
      `a row of ${table} that was changed: ${JSON.stringify(values)}`,
    );
  }

  #sealOf(values: readonly unknown[]): string {
    const { columns, long } = this.#shape;
    if (long === undefined) return sealOf(values);
    const place = columns.indexOf(long);
    return sealOf(values.with(place, hash('sha256', String(values[place]), 'hex')));
  }
}

function sealOf(values: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(values), 'hex');
}

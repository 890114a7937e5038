// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { canonicalJson } from '../core/canonical-json.ts';
import type { AuditEvent } from '../core/trust-rows.ts';
import { parseObject } from './json-object.ts';
import type { Row } from './sealed-table.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteValue } from './sqlite-driver.ts';
import { damaged } from './sqlite-refusal.ts';
import type { Head } from './trail-head.ts';

/** What stands before the first row. */
const BEGINNING = '0'.repeat(64);
const COLUMNS = ['seq', 'at', 'run', 'what', 'subject', 'detail'] as const;

/**
 * The audit trail: rows are only ever added (triggers refuse the rest), and each holds a hash over
 * itself and the hash before it, so a row that was changed, taken out or slipped in is found.
 */
export class SqliteAudit {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  /** How far the trail has got. */
  head(): Head {
    const last = this.#connection.get('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1');
    return last === null
      ? { seq: 0, hash: BEGINNING }
      : { seq: Number(last['seq']), hash: String(last['hash']) };
  }

  append(event: AuditEvent): void {
    const detail = canonicalJson(event.detail);
    this.#connection.transaction(() => {
      const before = this.head();
      const seq = before.seq + 1;
      const values = [seq, event.at, event.run, event.what, event.subject, detail];
      const hash = chainHash(before.hash, values);
      this.#connection.run('INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)', ...values, hash);
    });
  }

  trail(filter: { readonly run?: string; readonly subject?: string }): readonly AuditEvent[] {
    const conditions = [['run', filter.run] as const, ['subject', filter.subject] as const].flatMap(
      ([column, value]) => (value === undefined ? [] : [{ sql: `${column} = ?`, value }]),
    );
    const values: readonly SqliteValue[] = conditions.map(({ value }) => value);
    const where = ['TRUE', ...conditions.map(({ sql }) => sql)].join(' AND ');
    const sql =
      `SELECT ${COLUMNS.join(', ')}, hash, ` +
      '(SELECT hash FROM audit AS earlier WHERE earlier.seq = audit.seq - 1) AS before ' +
      `FROM audit WHERE ${where} ORDER BY seq`;
    return this.#connection.all(sql, ...values).map((row) => this.#read(row));
  }

  #read(row: Row): AuditEvent {
    const before = row['seq'] === 1 ? BEGINNING : row['before'];
    const values = COLUMNS.map((column) => row[column]);
    if (typeof before !== 'string' || row['hash'] !== chainHash(before, values)) {
      const { file } = this.#connection;
      throw damaged(file, `the audit trail does not hold together at row ${String(row['seq'])}`);
    }
    return {
      at: Number(row['at']),
      run: String(row['run']),
      what: String(row['what']),
      subject: String(row['subject']),
      detail: parseObject(String(row['detail'])),
    };
  }
}

function chainHash(before: string, values: readonly unknown[]): string {
  return createHash('sha256')
    .update(`${before}\n${JSON.stringify(values)}`)
    .digest('hex');
}

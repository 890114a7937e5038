// SPDX-License-Identifier: Apache-2.0
import { publisherShape, publisherText, readPublisher } from '../core/publisher-text.ts';
import type { Publisher } from '../core/publisher.ts';
import type { AcceptedChange, RememberedPublishers } from '../core/remembered-publisher.ts';
import { requireChange, requirePublishers } from './row-check.ts';
import { inOrderOfChanges, inOrderOfPublishers } from './row-order.ts';
import { SealedTable, type Row, type TableShape } from './sealed-table.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

const FILE = 'index_url = ? AND project = ? AND filename = ?';

/** Who published what was accepted, and what people said of changes. */
export class SqlitePublishers {
  readonly #publishers: SealedTable<RememberedPublishers>;
  readonly #changes: SealedTable<AcceptedChange>;

  constructor(connection: SqliteConnection) {
    this.#publishers = new SealedTable(connection, PUBLISHERS);
    this.#changes = new SealedTable(connection, CHANGES);
  }

  recall(index: string, project: string): readonly RememberedPublishers[] {
    return inOrderOfPublishers(
      this.#publishers.select('index_url = ? AND project = ?', index, project),
    );
  }

  recallOf(project: string, sha256: string): readonly RememberedPublishers[] {
    return inOrderOfPublishers(
      this.#publishers.select('project = ? AND sha256 = ?', project, sha256),
    );
  }

  /** To be called inside a transaction. */
  remember(row: RememberedPublishers): void {
    requirePublishers(row);
    const { index, project, filename } = row;
    const [known] = this.#publishers.select(FILE, index, project, filename);
    if (known?.sha256 !== row.sha256) this.#publishers.put(row);
  }

  /** To be called inside a transaction. */
  forget(index: string, project: string, filename: string): boolean {
    return this.#publishers.remove(FILE, index, project, filename) > 0;
  }

  list(project: string | null): readonly RememberedPublishers[] {
    return inOrderOfPublishers(this.#publishers.select('(?1 IS NULL OR project = ?1)', project));
  }

  /** To be called inside a transaction. */
  accept(change: AcceptedChange): void {
    requireChange(change);
    this.#changes.put(change);
  }

  listChanges(project: string | null): readonly AcceptedChange[] {
    return inOrderOfChanges(this.#changes.select('(?1 IS NULL OR project = ?1)', project));
  }

  /** To be called inside a transaction. */
  withdraw(project: string, version: string): number {
    return this.#changes.remove('project = ? AND version = ?', project, version);
  }
}

const PUBLISHERS: TableShape<RememberedPublishers> = {
  table: 'publishers',
  columns: ['index_url', 'project', 'version', 'filename', 'sha256', 'publishers', 'first_seen'],
  encode: (row) => [
    row.index,
    row.project,
    row.version,
    row.filename,
    row.sha256,
    JSON.stringify(row.publishers.map(publisherShape)),
    row.firstSeen,
  ],
  decode: (row) => ({
    index: String(row['index_url']),
    project: String(row['project']),
    version: String(row['version']),
    filename: String(row['filename']),
    sha256: String(row['sha256']),
    publishers: publishersIn(row),
    firstSeen: Number(row['first_seen']),
  }),
};

const CHANGES: TableShape<AcceptedChange> = {
  table: 'accepted_changes',
  columns: ['project', 'version', 'publisher', 'reason', 'owner', 'at'],
  encode: ({ project, version, publisher, reason, owner, at }) => [
    project,
    version,
    publisher === null ? '' : publisherText(publisher),
    reason,
    owner,
    at,
  ],
  decode: (row) => ({
    project: String(row['project']),
    version: String(row['version']),
    publisher: row['publisher'] === '' ? null : publisherIn(JSON.parse(String(row['publisher']))),
    reason: String(row['reason']),
    owner: String(row['owner']),
    at: Number(row['at']),
  }),
};

function publishersIn(row: Row): readonly Publisher[] {
  const list: unknown = JSON.parse(String(row['publishers']));
  if (!Array.isArray(list)) throw new TypeError('publishers are no list');
  return list.map(publisherIn);
}

function publisherIn(value: unknown): Publisher {
  const publisher = readPublisher(value);
  if (publisher === null) throw new TypeError('no publisher');
  return publisher;
}

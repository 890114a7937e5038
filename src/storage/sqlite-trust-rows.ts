// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { RememberedListing, RememberedPage } from '../core/remembered-page.ts';
import type { AcceptedChange, RememberedPublishers } from '../core/remembered-publisher.ts';
import type { RememberedCommit } from '../core/repository.ts';
import type {
  Approval,
  AuditEvent,
  RememberedFile,
  RememberedHost,
  Remembering,
  Sighting,
  TrustRows,
} from '../core/trust-rows.ts';
import type { TrustRowsBackend } from './backend.ts';
import {
  requireApproval,
  requireCommit,
  requireEvent,
  requireFile,
  requireHost,
  requireSighting,
} from './row-check.ts';
import {
  inOrderOfApprovals,
  inOrderOfCommits,
  inOrderOfFiles,
  inOrderOfHosts,
} from './row-order.ts';
import { mergeCommits } from './merged-commits.ts';
import { SealedTable } from './sealed-table.ts';
import { SqlitePages } from './sqlite-pages.ts';
import { SqlitePublishers } from './sqlite-publishers.ts';
import { SqliteAudit } from './sqlite-audit.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { ensureSqliteFile } from './sqlite-file.ts';
import { configure, migrate, requireIntactStore, useWriteAheadLog } from './sqlite-schema.ts';
import { APPROVALS, COMMITS, FILES, HOSTS, SIGHTINGS } from './sqlite-tables.ts';
import { TrailHead } from './trail-head.ts';

/**
 * Opens the trust store's file, makes it where it never was, takes its schema forward.
 *
 * @param waitMs how long to wait for other processes.
 * @throws Refusal `WP-STATE-DAMAGED`, `WP-STATE-NEWER`, `WP-STATE-PERMISSIONS`, `WP-STATE-DISK`
 */
export function openSqliteTrustRows(file: string, clock: Clock, waitMs?: number): TrustRows {
  const path = resolve(file);
  ensureSqliteFile(path, clock);
  // Read before the store is: whatever it tells, other processes had committed by then.
  const head = new TrailHead(path);
  return openBehind(head, new SqliteConnection(path, waitMs), clock);
}

function openBehind(head: TrailHead, connection: SqliteConnection, clock: Clock): TrustRows {
  try {
    configure(connection);
    requireIntactStore(connection);
    useWriteAheadLog(connection);
    migrate(connection, clock);
    head.requireIn(connection);
    return new SqliteTrustRows(connection, head);
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
}

export const sqliteRows: TrustRowsBackend = {
  name: 'sqlite',
  durable: true,
  open: (place, clock) => openSqliteTrustRows(join(place, 'trust.sqlite'), clock),
};

class SqliteTrustRows implements TrustRows {
  readonly #connection: SqliteConnection;
  readonly #head: TrailHead;
  #audited = false;
  /** Whether a commit waits for the disk (PRAGMA synchronous), as `configure` set it. */
  #waits = true;
  readonly #files: SealedTable<RememberedFile>;
  readonly #sightings: SealedTable<Sighting>;
  readonly #approvals: SealedTable<Approval>;
  readonly #hosts: SealedTable<RememberedHost>;
  readonly #commits: SealedTable<RememberedCommit>;
  readonly #audit: SqliteAudit;
  readonly #pages: SqlitePages;
  readonly #publishers: SqlitePublishers;

  constructor(connection: SqliteConnection, head: TrailHead) {
    this.#connection = connection;
    this.#head = head;
    this.#files = new SealedTable(connection, FILES);
    this.#sightings = new SealedTable(connection, SIGHTINGS);
    this.#approvals = new SealedTable(connection, APPROVALS);
    this.#hosts = new SealedTable(connection, HOSTS);
    this.#commits = new SealedTable(connection, COMMITS);
    this.#audit = new SqliteAudit(connection);
    this.#pages = new SqlitePages(connection);
    this.#publishers = new SqlitePublishers(connection);
  }

  recall(index: string, project: string, filename: string): RememberedFile | null {
    const where = 'index_url = ? AND project = ? AND filename = ?';
    return this.#files.select(where, index, project, filename)[0] ?? null;
  }

  recallByUrl(url: string): readonly RememberedFile[] {
    return inOrderOfFiles(this.#files.select('url = ?', url));
  }

  recallBySha256(sha256: string): readonly RememberedFile[] {
    return inOrderOfFiles(this.#files.select('sha256 = ?', sha256));
  }

  recallRelease(project: string, version: string): readonly RememberedFile[] {
    return inOrderOfFiles(this.#files.select('project = ? AND version = ?', project, version));
  }

  knownVersions(project: string): ReadonlySet<string> | null {
    if (this.#files.has("index_url GLOB 'direct:*'")) return null;
    return new Set(this.#files.select('project = ?', project).map(({ version }) => version));
  }

  list(filter: { project?: string; sha256?: string }): readonly RememberedFile[] {
    const { project = null, sha256 = null } = filter;
    const where = '(?1 IS NULL OR project = ?1) AND (?2 IS NULL OR sha256 = ?2)';
    return inOrderOfFiles(this.#files.select(where, project, sha256));
  }

  remember(file: RememberedFile): Remembering {
    requireFile(file);
    return this.transaction<Remembering>(() => {
      const existing = this.recall(file.index, file.project, file.filename);
      if (existing !== null && existing.sha256 !== file.sha256) {
        return { outcome: 'conflict', file: existing };
      }
      const lastSeen = Math.max(existing?.lastSeen ?? 0, file.lastSeen);
      const kept = { ...(existing ?? file), lastSeen, policy: file.policy };
      this.#files.put(kept);
      return { outcome: existing === null ? 'first' : 'same', file: kept };
    });
  }

  forget(index: string, project: string, filename: string): boolean {
    const where = 'index_url = ? AND project = ? AND filename = ?';
    return this.transaction(() => this.#files.remove(where, index, project, filename) > 0);
  }

  /**
   * A page of thousands of files is sighted at once, so a sighting alone does not wait for the disk:
   * a power cut may lose it, which makes a file look younger, never older.
   */
  sighted(sighting: Sighting): number {
    requireSighting(sighting);
    const { index, project, filename, sha256 } = sighting;
    const where = 'index_url = ? AND project = ? AND filename = ? AND sha256 = ?';
    const look = () => this.#sightings.select(where, index, project, filename, sha256)[0]?.at;
    return (
      look() ??
      this.#withoutWaiting(() => {
        const known = look();
        if (known !== undefined) return known;
        this.#sightings.put(sighting);
        return sighting.at;
      })
    );
  }

  approve(approval: Approval): void {
    requireApproval(approval);
    this.transaction(() => this.#approvals.put(approval));
  }

  approvals(sha256: string): readonly Approval[] {
    return inOrderOfApprovals(this.#approvals.select('sha256 = ?', sha256));
  }

  listApprovals(): readonly Approval[] {
    return inOrderOfApprovals(this.#approvals.select('TRUE'));
  }

  withdraw(sha256: string, project: string | null): boolean {
    const where = 'sha256 = ? AND project = ?';
    return this.transaction(() => this.#approvals.remove(where, sha256, project ?? '') > 0);
  }

  hosts(index: string): readonly RememberedHost[] {
    return inOrderOfHosts(this.#hosts.select('index_url = ?', index));
  }

  rememberHost(host: RememberedHost): void {
    requireHost(host);
    this.transaction(() => {
      const [known] = this.#hosts.select('index_url = ? AND host = ?', host.index, host.host);
      if (known === undefined || host.firstSeen < known.firstSeen) this.#hosts.put(host);
    });
  }

  listHosts(): readonly RememberedHost[] {
    return inOrderOfHosts(this.#hosts.select('TRUE'));
  }

  recallPage(index: string, project: string): RememberedPage | null {
    return this.#pages.recall(index, project);
  }

  recallListings(index: string, project: string): readonly RememberedListing[] {
    return this.#pages.recallListings(index, project);
  }

  recallListingText(index: string, project: string): string {
    return this.#pages.recallListingText(index, project);
  }

  rememberPage(page: RememberedPage, listings: readonly RememberedListing[] | string | null): void {
    this.pageTransaction(() => this.#pages.remember(page, listings));
  }

  pageTransaction<T>(work: () => T): T {
    return this.#withoutWaiting(work);
  }

  forgetPage(index: string, project: string): boolean {
    return this.transaction(() => this.#pages.forget(index, project));
  }

  listPages(filter: { project?: string }): readonly RememberedPage[] {
    return this.#pages.list(filter.project ?? null);
  }

  recallPublishers(index: string, project: string): readonly RememberedPublishers[] {
    return this.#publishers.recall(index, project);
  }

  recallPublishersOf(project: string, sha256: string): readonly RememberedPublishers[] {
    return this.#publishers.recallOf(project, sha256);
  }

  rememberPublishers(row: RememberedPublishers): void {
    this.transaction(() => this.#publishers.remember(row));
  }

  forgetPublishers(index: string, project: string, filename: string): boolean {
    return this.transaction(() => this.#publishers.forget(index, project, filename));
  }

  listPublishers(filter: { project?: string }): readonly RememberedPublishers[] {
    return this.#publishers.list(filter.project ?? null);
  }

  acceptChange(change: AcceptedChange): void {
    this.transaction(() => this.#publishers.accept(change));
  }

  listChanges(filter: { project?: string }): readonly AcceptedChange[] {
    return this.#publishers.listChanges(filter.project ?? null);
  }

  withdrawChanges(project: string, version: string): number {
    return this.transaction(() => this.#publishers.withdraw(project, version));
  }

  recallCommits(repository: string): readonly RememberedCommit[] {
    return inOrderOfCommits(this.#commits.select('repository = ?', repository));
  }

  rememberCommit(row: RememberedCommit): void {
    requireCommit(row);
    this.transaction(() => {
      const where = 'repository = ? AND ref = ? AND commit_id = ?';
      const [known] = this.#commits.select(where, row.repository, row.ref, row.commit);
      this.#commits.put(mergeCommits(known, row));
    });
  }

  forgetCommits(repository: string, ref: string): number {
    const where = 'repository = ? AND ref = ?';
    return this.transaction(() => this.#commits.remove(where, repository, ref));
  }

  listCommits(): readonly RememberedCommit[] {
    return inOrderOfCommits(this.#commits.select('TRUE'));
  }

  audit(event: AuditEvent): void {
    requireEvent(event);
    this.transaction(() => {
      this.#audit.append(event);
      this.#audited = true;
    });
  }

  auditTrail(filter: { run?: string; subject?: string }): readonly AuditEvent[] {
    return this.#audit.trail(filter);
  }

  transaction<T>(work: () => T): T {
    if (!this.#connection.inTransaction) this.#waitForDisk(true);
    return this.#commit(work);
  }

  close(): void {
    try {
      this.#head.close();
    } finally {
      this.#connection.close();
    }
  }

  #withoutWaiting<T>(work: () => T): T {
    if (this.#connection.inTransaction) return work();
    this.#waitForDisk(false);
    return this.#commit(work);
  }

  #commit<T>(work: () => T): T {
    const result = this.#connection.transaction(work);
    if (this.#audited && !this.#connection.inTransaction) {
      this.#audited = false;
      this.#head.advance(() => this.#audit.head()); // as committed: an inner part may have been undone
    }
    return result;
  }

  /** What the next commit does; outside a transaction. Pages come many in a row. */
  #waitForDisk(waits: boolean): void {
    if (this.#waits === waits) return;
    this.#connection.exec(`PRAGMA synchronous = ${waits ? 'FULL' : 'NORMAL'}`);
    this.#waits = waits;
  }
}

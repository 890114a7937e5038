// SPDX-License-Identifier: Apache-2.0
import { canonicalJson } from '../core/canonical-json.ts';
import { decodeListings } from '../core/listing-text.ts';
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
import { parseObject } from './json-object.ts';
import { mergeCommits } from './merged-commits.ts';
import { MemoryPublishers } from './memory-publishers.ts';
import {
  requireApproval,
  requireCommit,
  requireEvent,
  requireFile,
  requireHost,
  requirePage,
  requireSighting,
  textOfListings,
} from './row-check.ts';
import {
  inOrderOfApprovals,
  inOrderOfCommits,
  inOrderOfFiles,
  inOrderOfHosts,
  inOrderOfListings,
  inOrderOfPages,
} from './row-order.ts';

interface Tables {
  readonly files: Map<string, RememberedFile>;
  readonly sightings: Map<string, number>;
  readonly approvals: Map<string, Approval>;
  readonly hosts: Map<string, RememberedHost>;
  readonly events: AuditEvent[];
  readonly pages: Map<string, RememberedPage>;
  /** As `encodeListings` writes them. */
  readonly listings: Map<string, string>;
  readonly publishers: MemoryPublishers;
  readonly commits: Map<string, RememberedCommit>;
}

const key = (...parts: readonly (string | null)[]): string => JSON.stringify(parts);

/** Trust rows in memory, gone with the process. */
export function openMemoryTrustRows(): TrustRows {
  return new MemoryTrustRows();
}

export const memoryRows: TrustRowsBackend = {
  name: 'memory',
  durable: false,
  open: () => openMemoryTrustRows(),
};

class MemoryTrustRows implements TrustRows {
  #tables: Tables = {
    files: new Map(),
    sightings: new Map(),
    approvals: new Map(),
    hosts: new Map(),
    events: [],
    pages: new Map(),
    listings: new Map(),
    publishers: new MemoryPublishers(),
    commits: new Map(),
  };
  #closed = false;

  recall(index: string, project: string, filename: string): RememberedFile | null {
    return this.#open().files.get(key(index, project, filename)) ?? null;
  }

  recallByUrl(url: string): readonly RememberedFile[] {
    return this.#filesWhere((file) => file.url === url);
  }

  recallBySha256(sha256: string): readonly RememberedFile[] {
    return this.#filesWhere((file) => file.sha256 === sha256);
  }

  recallRelease(project: string, version: string): readonly RememberedFile[] {
    return this.#filesWhere((file) => file.project === project && file.version === version);
  }

  knownVersions(project: string): ReadonlySet<string> | null {
    if (this.#filesWhere(({ index }) => index.startsWith('direct:')).length > 0) return null;
    const files = this.#filesWhere((file) => file.project === project);
    return new Set(files.map(({ version }) => version));
  }

  list(filter: { project?: string; sha256?: string }): readonly RememberedFile[] {
    return this.#filesWhere(
      (file) =>
        (filter.project === undefined || file.project === filter.project) &&
        (filter.sha256 === undefined || file.sha256 === filter.sha256),
    );
  }

  remember(file: RememberedFile): Remembering {
    requireFile(file);
    const { files } = this.#open();
    const place = key(file.index, file.project, file.filename);
    const existing = files.get(place);
    if (existing !== undefined && existing.sha256 !== file.sha256) {
      return { outcome: 'conflict', file: existing };
    }
    const lastSeen = Math.max(existing?.lastSeen ?? 0, file.lastSeen);
    const kept = { ...(existing ?? file), lastSeen, policy: file.policy };
    files.set(place, kept);
    return { outcome: existing === undefined ? 'first' : 'same', file: kept };
  }

  forget(index: string, project: string, filename: string): boolean {
    return this.#open().files.delete(key(index, project, filename));
  }

  sighted(sighting: Sighting): number {
    requireSighting(sighting);
    const { sightings } = this.#open();
    const { index, project, filename, sha256 } = sighting;
    const place = key(index, project, filename, sha256);
    const at = sightings.get(place) ?? sighting.at;
    sightings.set(place, at);
    return at;
  }

  approve(approval: Approval): void {
    requireApproval(approval);
    const { sha256, project, owner } = approval;
    this.#open().approvals.set(key(sha256, project, owner), { ...approval });
  }

  approvals(sha256: string): readonly Approval[] {
    return this.listApprovals().filter((approval) => approval.sha256 === sha256);
  }

  listApprovals(): readonly Approval[] {
    return inOrderOfApprovals(this.#open().approvals.values());
  }

  withdraw(sha256: string, project: string | null): boolean {
    const { approvals } = this.#open();
    const places = [...approvals.entries()]
      .filter(([, approval]) => approval.sha256 === sha256 && approval.project === project)
      .map(([place]) => place);
    for (const place of places) approvals.delete(place);
    return places.length > 0;
  }

  hosts(index: string): readonly RememberedHost[] {
    return this.listHosts().filter((host) => host.index === index);
  }

  rememberHost(host: RememberedHost): void {
    requireHost(host);
    const { hosts } = this.#open();
    const place = key(host.index, host.host);
    const known = hosts.get(place);
    if (known === undefined || host.firstSeen < known.firstSeen) hosts.set(place, { ...host });
  }

  listHosts(): readonly RememberedHost[] {
    return inOrderOfHosts(this.#open().hosts.values());
  }

  recallPage(index: string, project: string): RememberedPage | null {
    return this.#open().pages.get(key(index, project)) ?? null;
  }

  recallListings(index: string, project: string): readonly RememberedListing[] {
    return inOrderOfListings(decodeListings(this.recallListingText(index, project)));
  }

  recallListingText(index: string, project: string): string {
    return this.#open().listings.get(key(index, project)) ?? '';
  }

  rememberPage(page: RememberedPage, listings: readonly RememberedListing[] | string | null): void {
    requirePage(page);
    const text = listings === null ? null : textOfListings(listings);
    const tables = this.#open();
    const place = key(page.index, page.project);
    tables.pages.set(place, { ...page });
    if (text !== null) tables.listings.set(place, text);
  }

  forgetPage(index: string, project: string): boolean {
    const { pages, listings } = this.#open();
    listings.delete(key(index, project));
    return pages.delete(key(index, project));
  }

  listPages(filter: { project?: string }): readonly RememberedPage[] {
    const { project } = filter;
    return inOrderOfPages(this.#open().pages.values()).filter(
      (page) => project === undefined || page.project === project,
    );
  }

  recallPublishers(index: string, project: string): readonly RememberedPublishers[] {
    return this.listPublishers({ project }).filter((row) => row.index === index);
  }

  recallPublishersOf(project: string, sha256: string): readonly RememberedPublishers[] {
    return this.listPublishers({ project }).filter((row) => row.sha256 === sha256);
  }

  rememberPublishers(row: RememberedPublishers): void {
    this.#open().publishers.remember(row);
  }

  forgetPublishers(index: string, project: string, filename: string): boolean {
    return this.#open().publishers.forget(index, project, filename);
  }

  listPublishers(filter: { project?: string }): readonly RememberedPublishers[] {
    return this.#open().publishers.list(filter.project ?? null);
  }

  acceptChange(change: AcceptedChange): void {
    this.#open().publishers.accept(change);
  }

  listChanges(filter: { project?: string }): readonly AcceptedChange[] {
    return this.#open().publishers.listChanges(filter.project ?? null);
  }

  withdrawChanges(project: string, version: string): number {
    return this.#open().publishers.withdraw(project, version);
  }

  recallCommits(repository: string): readonly RememberedCommit[] {
    return this.listCommits().filter((row) => row.repository === repository);
  }

  rememberCommit(row: RememberedCommit): void {
    requireCommit(row);
    const { commits } = this.#open();
    const place = key(row.repository, row.ref, row.commit);
    commits.set(place, mergeCommits(commits.get(place), row));
  }

  forgetCommits(repository: string, ref: string): number {
    const { commits } = this.#open();
    const mine = [...commits.entries()].filter(
      ([, row]) => row.repository === repository && row.ref === ref,
    );
    for (const [place] of mine) commits.delete(place);
    return mine.length;
  }

  listCommits(): readonly RememberedCommit[] {
    return inOrderOfCommits(this.#open().commits.values());
  }

  audit(event: AuditEvent): void {
    requireEvent(event);
    const detail = parseObject(canonicalJson(event.detail));
    this.#open().events.push({ ...event, detail });
  }

  auditTrail(filter: { run?: string; subject?: string }): readonly AuditEvent[] {
    return this.#open().events.filter(
      (event) =>
        (filter.run === undefined || event.run === filter.run) &&
        (filter.subject === undefined || event.subject === filter.subject),
    );
  }

  pageTransaction<T>(work: () => T): T {
    return this.transaction(work);
  }

  transaction<T>(work: () => T): T {
    const tables = this.#open();
    const { files, sightings, approvals, hosts, events, pages, listings } = tables;
    const before: Tables = {
      files: new Map(files),
      sightings: new Map(sightings),
      approvals: new Map(approvals),
      hosts: new Map(hosts),
      events: [...events],
      pages: new Map(pages),
      listings: new Map(listings),
      publishers: tables.publishers.copy(),
      commits: new Map(tables.commits),
    };
    try {
      return work();
    } catch (thrown) {
      this.#tables = before;
      throw thrown;
    }
  }

  close(): void {
    this.#closed = true;
  }

  #filesWhere(matches: (file: RememberedFile) => boolean): readonly RememberedFile[] {
    return inOrderOfFiles(this.#open().files.values()).filter(matches);
  }

  #open(): Tables {
    if (this.#closed) throw new Error('the trust rows are closed');
    return this.#tables;
  }
}

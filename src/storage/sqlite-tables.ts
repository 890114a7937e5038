// SPDX-License-Identifier: Apache-2.0
import type { ProjectStatus } from '../core/artifact.ts';
import type { RememberedPage } from '../core/remembered-page.ts';
import type { RememberedCommit } from '../core/repository.ts';
import type { Approval, RememberedFile, RememberedHost, Sighting } from '../core/trust-rows.ts';
import { isVerdict, type Verdict } from '../core/verdict.ts';
import type { Row, TableShape } from './sealed-table.ts';

const text = (row: Row, column: string): string => String(row[column]);
const count = (row: Row, column: string): number => Number(row[column]);

function verdictOf(row: Row): Verdict {
  const verdict = text(row, 'verdict');
  if (!isVerdict(verdict)) throw new TypeError(`no verdict: ${verdict}`);
  return verdict;
}

export const FILES: TableShape<RememberedFile> = {
  table: 'files',
  columns: [
    'index_url',
    'project',
    'version',
    'filename',
    'url',
    'sha256',
    'size',
    'first_seen',
    'last_seen',
    'verdict',
    'policy',
  ],
  encode: (file) => [
    file.index,
    file.project,
    file.version,
    file.filename,
    file.url,
    file.sha256,
    file.size,
    file.firstSeen,
    file.lastSeen,
    file.verdict,
    file.policy,
  ],
  decode: (row) => ({
    index: text(row, 'index_url'),
    project: text(row, 'project'),
    version: text(row, 'version'),
    filename: text(row, 'filename'),
    url: text(row, 'url'),
    sha256: text(row, 'sha256'),
    size: count(row, 'size'),
    firstSeen: count(row, 'first_seen'),
    lastSeen: count(row, 'last_seen'),
    verdict: verdictOf(row),
    policy: text(row, 'policy'),
  }),
};

export const SIGHTINGS: TableShape<Sighting> = {
  table: 'sightings',
  columns: ['index_url', 'project', 'filename', 'sha256', 'at'],
  encode: ({ index, project, filename, sha256, at }) => [index, project, filename, sha256, at],
  decode: (row) => ({
    index: text(row, 'index_url'),
    project: text(row, 'project'),
    filename: text(row, 'filename'),
    sha256: text(row, 'sha256'),
    at: count(row, 'at'),
  }),
};

export const APPROVALS: TableShape<Approval> = {
  table: 'approvals',
  columns: ['sha256', 'project', 'owner', 'reason', 'created_at', 'expires_at'],
  encode: ({ sha256, project, owner, reason, createdAt, expiresAt }) => [
    sha256,
    project ?? '',
    owner,
    reason,
    createdAt,
    expiresAt,
  ],
  decode: (row) => ({
    sha256: text(row, 'sha256'),
    project: row['project'] === '' ? null : text(row, 'project'),
    reason: text(row, 'reason'),
    owner: text(row, 'owner'),
    createdAt: count(row, 'created_at'),
    expiresAt: row['expires_at'] === null ? null : count(row, 'expires_at'),
  }),
};

export const HOSTS: TableShape<RememberedHost> = {
  table: 'hosts',
  columns: ['index_url', 'host', 'first_seen'],
  encode: ({ index, host, firstSeen }) => [index, host, firstSeen],
  decode: (row) => ({
    index: text(row, 'index_url'),
    host: text(row, 'host'),
    firstSeen: count(row, 'first_seen'),
  }),
};

export const COMMITS: TableShape<RememberedCommit> = {
  table: 'commits',
  columns: ['repository', 'ref', 'commit_id', 'first_seen', 'last_seen'],
  encode: ({ repository, ref, commit, firstSeen, lastSeen }) => [
    repository,
    ref,
    commit,
    firstSeen,
    lastSeen,
  ],
  decode: (row) => ({
    repository: text(row, 'repository'),
    ref: text(row, 'ref'),
    commit: text(row, 'commit_id'),
    firstSeen: count(row, 'first_seen'),
    lastSeen: count(row, 'last_seen'),
  }),
};

const STATUSES: readonly ProjectStatus[] = ['active', 'archived', 'quarantined', 'deprecated'];

function statusOf(row: Row): ProjectStatus {
  const status = STATUSES.find((one) => one === row['status']);
  if (status === undefined) throw new TypeError(`no status: ${text(row, 'status')}`);
  return status;
}

export const PAGES: TableShape<RememberedPage> = {
  table: 'pages',
  columns: [
    'index_url',
    'project',
    'form',
    'status',
    'newest',
    'listed',
    'client',
    'first_seen',
    'seen_at',
  ],
  encode: (page) => [
    page.index,
    page.project,
    page.form,
    page.status,
    page.newest,
    page.listed,
    page.client,
    page.firstSeen,
    page.seenAt,
  ],
  decode: (row) => ({
    index: text(row, 'index_url'),
    project: text(row, 'project'),
    form: text(row, 'form'),
    status: statusOf(row),
    newest: row['newest'] === null ? null : text(row, 'newest'),
    listed: count(row, 'listed'),
    client: text(row, 'client'),
    firstSeen: count(row, 'first_seen'),
    seenAt: count(row, 'seen_at'),
  }),
};

/** What is known of a page's files, as `encodeListings` writes it. */
export interface ListedPage {
  readonly index: string;
  readonly project: string;
  readonly files: string;
}

export const LISTINGS: TableShape<ListedPage> = {
  table: 'listings',
  columns: ['index_url', 'project', 'files'],
  long: 'files',
  encode: ({ index, project, files }) => [index, project, files],
  decode: (row) => ({
    index: text(row, 'index_url'),
    project: text(row, 'project'),
    files: text(row, 'files'),
  }),
};

// SPDX-License-Identifier: Apache-2.0
import type { ProjectStatus } from '../core/artifact.ts';
import { MAX_FILENAME_CHARACTERS, MAX_REMEMBERED_LISTINGS } from '../core/limits.ts';
import type { ListingChange, RememberedListing, RememberedPage } from '../core/remembered-page.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import { DocumentObject } from './document-reader.ts';
import { timeText } from './document-shape.ts';

/** A remembered page with its files, as it is exported. */
export interface WholePage {
  readonly page: RememberedPage;
  readonly listings: readonly RememberedListing[];
}

const STATUSES: readonly ProjectStatus[] = ['active', 'archived', 'quarantined', 'deprecated'];
const CHANGES: readonly ListingChange[] = ['none', 'yanked', 'unyanked', 'gone'];

/** What is remembered of a page in a few words, as `trust … --json` prints it. */
export function pageShape(page: RememberedPage) {
  return {
    index: page.index,
    project: page.project,
    form: page.form,
    status: page.status,
    newest: page.newest,
    listed: page.listed,
    client: page.client,
    first_seen: timeText(page.firstSeen),
    seen_at: timeText(page.seenAt),
  };
}

export function listingShape(listing: RememberedListing) {
  return {
    filename: listing.filename,
    sha256: listing.sha256,
    first_seen: timeText(listing.firstSeen),
    yanked: listing.yanked,
    change: listing.change,
    changed_at: timeText(listing.changedAt),
  };
}

export function wholePageShape({ page, listings }: WholePage) {
  return { ...pageShape(page), files: listings.map(listingShape) };
}

export function allPages(rows: TrustRows): readonly WholePage[] {
  return rows.listPages({}).map((page) => {
    return { page, listings: rows.recallListings(page.index, page.project) };
  });
}

/** @throws Refusal `WP-TRUST-DOCUMENT` */
export function readPageRow(value: unknown, where: string): WholePage {
  const names = [
    'index',
    'project',
    'form',
    'status',
    'newest',
    'listed',
    'client',
    'first_seen',
    'seen_at',
    'files',
  ];
  const row = new DocumentObject(value, where, names);
  const files = row.list('files');
  if (files.length > MAX_REMEMBERED_LISTINGS) {
    throw row.refuse(`files: expected at most ${MAX_REMEMBERED_LISTINGS}`, String(files.length));
  }
  const listings = files.map((file, at) => readListing(file, `${where}.files[${at}]`));
  if (new Set(listings.map(({ filename }) => filename)).size !== listings.length) {
    throw row.refuse('files: expected each file once', 'one twice');
  }
  const page = {
    index: row.address('index'),
    project: row.text('project', MAX_FILENAME_CHARACTERS),
    form: row.text('form', 20, 0),
    status: oneOf(row, 'status', STATUSES),
    newest: row.member('newest') === null ? null : row.text('newest', MAX_FILENAME_CHARACTERS),
    listed: row.count('listed'),
    client: row.text('client', 200, 0),
    firstSeen: row.time('first_seen'),
    seenAt: row.time('seen_at'),
  };
  return { page, listings };
}

function readListing(value: unknown, where: string): RememberedListing {
  const names = ['filename', 'sha256', 'first_seen', 'yanked', 'change', 'changed_at'];
  const row = new DocumentObject(value, where, names);
  const filename = row.text('filename', MAX_FILENAME_CHARACTERS);
  if (/[\t\n]/u.test(filename)) throw row.refuse('filename: expected one line', filename);
  const yanked = row.member('yanked');
  if (typeof yanked !== 'boolean') throw row.refuse('yanked: expected true or false', yanked);
  return {
    filename,
    sha256: row.member('sha256') === null ? null : row.sha256(),
    firstSeen: row.time('first_seen'),
    yanked,
    change: oneOf(row, 'change', CHANGES),
    changedAt: row.time('changed_at'),
  };
}

function oneOf<T extends string>(row: DocumentObject, name: string, words: readonly T[]): T {
  const value = row.text(name, 20);
  const found = words.find((word) => word === value);
  if (found === undefined) throw row.refuse(`${name}: expected ${words.join(', ')}`, value);
  return found;
}

/** Adds a page that is not known here; what is remembered here stays. @returns whether it was added. */
export function takePage(rows: TrustRows, { page, listings }: WholePage): boolean {
  if (rows.recallPage(page.index, page.project) !== null) return false;
  rows.rememberPage(page, listings);
  return true;
}

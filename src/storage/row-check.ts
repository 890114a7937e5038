// SPDX-License-Identifier: Apache-2.0
import { publisherShape, readPublisher } from '../core/publisher-text.ts';
import { encodeListings } from '../core/listing-text.ts';
import type { Publisher } from '../core/publisher.ts';
import type { RememberedListing, RememberedPage } from '../core/remembered-page.ts';
import { isCommit, type RememberedCommit } from '../core/repository.ts';
import type { AcceptedChange, RememberedPublishers } from '../core/remembered-publisher.ts';
import type {
  Approval,
  AuditEvent,
  RememberedFile,
  RememberedHost,
  Sighting,
} from '../core/trust-rows.ts';

/** The last millisecond of the year 9999: what ISO 8601 writes with four digits. */
const MAX_TIME = 253_402_300_799_999;

// What these refuse is a fault of the caller, so a TypeError (shown as WP-INTERNAL), not a Refusal.

export function requireFile(file: RememberedFile): void {
  const { index, project, version, filename, url, verdict, policy } = file;
  requireTexts({ index, project, version, filename, url, verdict, policy });
  requireSha256(file.sha256);
  requireCount('size', file.size, Number.MAX_SAFE_INTEGER);
  requireCount('firstSeen', file.firstSeen, MAX_TIME);
  requireCount('lastSeen', file.lastSeen, MAX_TIME);
}

export function requireApproval(approval: Approval): void {
  const { project, reason, owner } = approval;
  requireTexts({ project: project ?? '', reason, owner });
  if (project === '') throw new TypeError('an approval of the empty project');
  requireSha256(approval.sha256);
  requireCount('createdAt', approval.createdAt, MAX_TIME);
  if (approval.expiresAt !== null) requireCount('expiresAt', approval.expiresAt, MAX_TIME);
}

export function requireHost({ index, host, firstSeen }: RememberedHost): void {
  requireTexts({ index, host });
  requireCount('firstSeen', firstSeen, MAX_TIME);
}

export function requireCommit({
  repository,
  ref,
  commit,
  firstSeen,
  lastSeen,
}: RememberedCommit): void {
  requireTexts({ repository, ref });
  const found: string = commit;
  if (!isCommit(commit)) throw new TypeError(`no commit: ${found}`);
  requireCount('firstSeen', firstSeen, MAX_TIME);
  requireCount('lastSeen', lastSeen, MAX_TIME);
}

export function requireSighting({ index, project, filename, sha256, at }: Sighting): void {
  requireTexts({ index, project, filename });
  requireSha256(sha256);
  requireCount('at', at, MAX_TIME);
}

export function requireEvent({ at, run, what, subject }: AuditEvent): void {
  requireTexts({ run, what, subject });
  requireCount('at', at, MAX_TIME);
}

export function requirePage(page: RememberedPage): void {
  const { index, project, form, status, newest, client } = page;
  requireTexts({ index, project, form, status, newest: newest ?? '', client });
  requireCount('listed', page.listed, Number.MAX_SAFE_INTEGER);
  requireCount('firstSeen', page.firstSeen, MAX_TIME);
  requireCount('seenAt', page.seenAt, MAX_TIME);
}

/** What is known of a page's files as it is kept; a text was made from what was checked already. */
export function textOfListings(listings: readonly RememberedListing[] | string): string {
  if (typeof listings === 'string') {
    requireText('listings', listings);
    return listings;
  }
  requireListings(listings);
  return encodeListings(listings);
}

function requireListings(listings: readonly RememberedListing[]): void {
  for (const { filename, sha256, firstSeen, changedAt } of listings) {
    requireText('filename', filename);
    // A line holds one file, and a tab parts what is said of it.
    if (/[\t\n]/u.test(filename)) throw new TypeError(`a tab or a line's end in ${filename}`);
    if (sha256 !== null) requireSha256(sha256);
    requireCount('firstSeen', firstSeen, MAX_TIME);
    requireCount('changedAt', changedAt, MAX_TIME);
  }
  const names = new Set(listings.map(({ filename }) => filename));
  if (names.size !== listings.length) throw new TypeError('a file is listed twice');
}

export function requirePublishers(row: RememberedPublishers): void {
  const { index, project, version, filename, publishers } = row;
  requireTexts({ index, project, version, filename });
  requireSha256(row.sha256);
  requireCount('firstSeen', row.firstSeen, MAX_TIME);
  if (publishers.length === 0) throw new TypeError(`nobody published ${filename}`);
  for (const publisher of publishers) requirePublisher(publisher);
}

export function requireChange({ project, version, publisher, ...said }: AcceptedChange): void {
  requireTexts({ project, version, reason: said.reason, owner: said.owner });
  requireCount('at', said.at, MAX_TIME);
  if (publisher !== null) requirePublisher(publisher);
}

function requirePublisher(publisher: Publisher): void {
  if (readPublisher(publisherShape(publisher)) === null) {
    throw new TypeError(`a publisher that cannot be kept: ${JSON.stringify(publisher)}`);
  }
}

function requireSha256(sha256: string): void {
  if (!/^[0-9a-f]{64}$/u.test(sha256)) throw new TypeError(`not a sha256: ${sha256}`);
}

/** Half a surrogate pair and NUL are stored as something else, and two keys would become one. */
function requireTexts(texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) requireText(name, text);
}

function requireText(name: string, text: string): void {
  if (typeof text === 'string' && text.isWellFormed() && !text.includes('\0')) return;
  throw new TypeError(`${name} is no text that can be kept: ${JSON.stringify(text)}`);
}

function requireCount(name: string, value: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= most) return;
  throw new TypeError(`${name}: expected a whole number up to ${most}, got ${value}`);
}

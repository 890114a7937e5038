// SPDX-License-Identifier: Apache-2.0
import { MAX_FILENAME_CHARACTERS } from '../core/limits.ts';
import { publisherShape, readPublisher } from '../core/publisher-text.ts';
import type { Publisher } from '../core/publisher.ts';
import type { AcceptedChange, RememberedPublishers } from '../core/remembered-publisher.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import { DocumentObject } from './document-reader.ts';
import { timeText } from './document-shape.ts';

/** Far more than one file's attestations ever show. */
const MAX_PUBLISHERS = 64;

export function publishersShape(row: RememberedPublishers) {
  return {
    index: row.index,
    project: row.project,
    version: row.version,
    filename: row.filename,
    sha256: row.sha256,
    publishers: row.publishers.map(publisherShape),
    first_seen: timeText(row.firstSeen),
  };
}

export function changeShape({ project, version, publisher, reason, owner, at }: AcceptedChange) {
  return {
    project,
    version,
    publisher: publisher === null ? null : publisherShape(publisher),
    reason,
    owner,
    at: timeText(at),
  };
}

/** @throws Refusal `WP-TRUST-DOCUMENT` */
export function readPublishersRow(value: unknown, where: string): RememberedPublishers {
  const row = new DocumentObject(value, where, [
    'index',
    'project',
    'version',
    'filename',
    'sha256',
    'publishers',
    'first_seen',
  ]);
  const publishers = row.list('publishers').map((one) => publisherIn(row, one));
  if (publishers.length === 0 || publishers.length > MAX_PUBLISHERS) {
    throw row.refuse(`publishers: expected 1 to ${MAX_PUBLISHERS}`, String(publishers.length));
  }
  return {
    index: row.address('index'),
    project: row.text('project', MAX_FILENAME_CHARACTERS),
    version: row.text('version', MAX_FILENAME_CHARACTERS, 0),
    filename: row.text('filename', MAX_FILENAME_CHARACTERS),
    sha256: row.sha256(),
    publishers,
    firstSeen: row.time('first_seen'),
  };
}

/** @throws Refusal `WP-TRUST-DOCUMENT` */
export function readChangeRow(value: unknown, where: string): AcceptedChange {
  const names = ['project', 'version', 'publisher', 'reason', 'owner', 'at'];
  const row = new DocumentObject(value, where, names);
  const publisher = row.member('publisher');
  return {
    project: row.text('project', MAX_FILENAME_CHARACTERS),
    version: row.text('version', MAX_FILENAME_CHARACTERS),
    publisher: publisher === null ? null : publisherIn(row, publisher),
    reason: row.text('reason', 1000),
    owner: row.text('owner', 200),
    at: row.time('at'),
  };
}

function publisherIn(row: DocumentObject, value: unknown): Publisher {
  const publisher = readPublisher(value);
  if (publisher === null) throw row.refuse('expected a publisher', value);
  return publisher;
}

/** Adds what is not known here; what is known of a file stays. @returns whether it was added. */
export function takePublishers(rows: TrustRows, offered: RememberedPublishers): boolean {
  const { index, project, filename } = offered;
  const known = rows.recallPublishers(index, project);
  if (known.some((row) => row.filename === filename)) return false;
  const file = rows.recall(index, project, filename);
  if (file !== null && file.sha256 !== offered.sha256) return false;
  rows.rememberPublishers(offered);
  return true;
}

/** Adds a person's word that is not known here. @returns whether it was added. */
export function takeChange(rows: TrustRows, offered: AcceptedChange): boolean {
  const key = (change: AcceptedChange): string =>
    JSON.stringify([change.version, change.publisher && publisherShape(change.publisher)]);
  const known = rows.listChanges({ project: offered.project });
  if (known.some((change) => key(change) === key(offered))) return false;
  rows.acceptChange(offered);
  return true;
}

// SPDX-License-Identifier: Apache-2.0
import { publisherText } from '../core/publisher-text.ts';
import type { RememberedListing, RememberedPage } from '../core/remembered-page.ts';
import type { AcceptedChange, RememberedPublishers } from '../core/remembered-publisher.ts';
import type { RememberedCommit } from '../core/repository.ts';
import type { Approval, RememberedFile, RememberedHost } from '../core/trust-rows.ts';

// Every backend answers in the same order: by these keys, compared by UTF-16 code units.

export function inOrderOfFiles(files: Iterable<RememberedFile>): RememberedFile[] {
  return ordered(files, (file) => [file.project, file.version, file.filename, file.index]);
}

export function inOrderOfApprovals(approvals: Iterable<Approval>): Approval[] {
  return ordered(approvals, ({ sha256, project, owner }) => [sha256, project ?? '', owner]);
}

export function inOrderOfHosts(hosts: Iterable<RememberedHost>): RememberedHost[] {
  return ordered(hosts, ({ index, host }) => [index, host]);
}

export function inOrderOfPages(pages: Iterable<RememberedPage>): RememberedPage[] {
  return ordered(pages, ({ project, index }) => [project, index]);
}

export function inOrderOfPublishers(rows: Iterable<RememberedPublishers>): RememberedPublishers[] {
  return ordered(rows, ({ project, filename, index }) => [project, filename, index]);
}

export function inOrderOfCommits(rows: Iterable<RememberedCommit>): RememberedCommit[] {
  return ordered(rows, ({ repository, ref, commit }) => [repository, ref, commit]);
}

export function inOrderOfChanges(changes: Iterable<AcceptedChange>): AcceptedChange[] {
  return ordered(changes, ({ project, version, publisher }) => [
    project,
    version,
    publisher === null ? '' : publisherText(publisher),
  ]);
}

export function inOrderOfListings(listings: Iterable<RememberedListing>): RememberedListing[] {
  return [...listings].sort((a, b) => {
    if (a.filename === b.filename) return 0;
    return a.filename < b.filename ? -1 : 1;
  });
}

function ordered<T>(rows: Iterable<T>, keysOf: (row: T) => readonly string[]): T[] {
  return [...rows].sort((left, right) => {
    const others = keysOf(right);
    for (const [place, key] of keysOf(left).entries()) {
      const other = others[place] ?? '';
      if (key !== other) return key < other ? -1 : 1;
    }
    return 0;
  });
}

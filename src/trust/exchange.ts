// SPDX-License-Identifier: Apache-2.0
import { canonicalJson } from '../core/canonical-json.ts';
import { Refusal } from '../core/errors.ts';
import { MAX_TRUST_DOCUMENT_BYTES } from '../core/limits.ts';
import type { RememberedCommit } from '../core/repository.ts';
import type { AcceptedChange, RememberedPublishers } from '../core/remembered-publisher.ts';
import type { Approval, RememberedFile, RememberedHost, TrustRows } from '../core/trust-rows.ts';
import type { Occasion } from './approvals.ts';
import { commitShape, readCommitRow, takeCommit } from './commit-document.ts';
import { DocumentObject, readApprovalRow, readFileRow, readHostRow } from './document-reader.ts';
import { approvalShape, fileShape, hostShape } from './document-shape.ts';
import {
  allPages,
  readPageRow,
  takePage,
  type WholePage,
  wholePageShape,
} from './page-document.ts';
import type { HeldKey } from './held-keys.ts';
import { keyShape, readKeyRow } from './key-document.ts';
import { mergeApprovals, mergeFiles } from './merge.ts';
import {
  changeShape,
  publishersShape,
  readChangeRow,
  readPublishersRow,
  takeChange,
  takePublishers,
} from './publisher-document.ts';

const FORMAT = 'wheelproof-trust';
const VERSION = 1;

interface TrustDocument {
  readonly files: readonly RememberedFile[];
  readonly approvals: readonly Approval[];
  readonly hosts: readonly RememberedHost[];
  readonly pages: readonly WholePage[];
  readonly publishers: readonly RememberedPublishers[];
  readonly changes: readonly AcceptedChange[];
  readonly commits: readonly RememberedCommit[];
  readonly keys: readonly HeldKey[];
}

/** How many rows are new, were merged into existing ones, or were there already. */
export interface ImportOutcome {
  readonly added: number;
  readonly merged: number;
  readonly unchanged: number;
  /** Other bytes are remembered under the key: those stay. */
  readonly conflicts: readonly {
    readonly kept: RememberedFile;
    readonly offered: RememberedFile;
  }[];
  /** Maintainers' keys that the document holds: they are files, and are merged by who has them. */
  readonly keys?: readonly HeldKey[];
}

/** Everything that is remembered, as one canonical JSON document. */
export function exportTrust(rows: TrustRows, keys: readonly HeldKey[] = []): string {
  const document = rows.transaction(() => {
    const pages = allPages(rows).map(wholePageShape);
    const publishers = rows.listPublishers({}).map(publishersShape);
    const changes = rows.listChanges({}).map(changeShape);
    const commits = rows.listCommits().map(commitShape);
    return {
      format: FORMAT,
      version: VERSION,
      files: rows.list({}).map(fileShape),
      approvals: rows.listApprovals().map(approvalShape),
      hosts: rows.listHosts().map(hostShape),
      // Left out where there are none: an older wheelproof reads the document too.
      ...(pages.length === 0 ? {} : { pages }),
      ...(publishers.length === 0 ? {} : { publishers }),
      ...(changes.length === 0 ? {} : { changes }),
      ...(commits.length === 0 ? {} : { commits }),
      ...(keys.length === 0 ? {} : { keys: keys.map(keyShape) }),
    };
  });
  return `${canonicalJson(document)}\n`;
}

/**
 * Merges a document into the store, all of it or nothing. Merging is commutative, associative and
 * idempotent except for conflicts, where what the store remembers stays.
 *
 * @throws Refusal `WP-TRUST-DOCUMENT`; then nothing was changed.
 */
export function importTrust(rows: TrustRows, bytes: Uint8Array, occasion: Occasion): ImportOutcome {
  const document = readDocument(bytes);
  return rows.transaction(() => {
    const outcome = mergeInto(rows, document);
    const { conflicts, keys = [], ...counts } = outcome;
    rows.audit({
      at: occasion.now,
      run: occasion.run,
      what: 'import',
      subject: 'trust store',
      detail: {
        ...counts,
        conflicts: conflicts.map(({ kept }) => kept.filename),
        ...(keys.length > 0 && { keys: keys.map(({ name }) => name) }),
      },
    });
    return outcome;
  });
}

/** Members that came later: a document that has none of them leaves them out. */
const LATER = ['pages', 'publishers', 'changes', 'commits', 'keys'] as const;
type Later = (typeof LATER)[number];

/** @throws Refusal `WP-TRUST-DOCUMENT` */
function readDocument(bytes: Uint8Array): TrustDocument {
  const names = ['format', 'version', 'files', 'approvals', 'hosts'];
  const json = parseJson(bytes);
  const has = (name: string): boolean =>
    typeof json === 'object' && json !== null && Object.hasOwn(json, name);
  const all = [...names, ...LATER.filter(has)];
  const document = new DocumentObject(json, 'the document', all);
  const later = <T>(name: Later, read: (row: unknown, where: string) => T): readonly T[] =>
    has(name) ? document.list(name).map((row, at) => read(row, `${name}[${at}]`)) : [];
  const format = document.member('format');
  if (format !== FORMAT) throw document.refuse(`format: expected ${FORMAT}`, format);
  const version = document.member('version');
  if (version !== VERSION) throw document.refuse(`version: expected ${VERSION}`, version);
  const files = document.list('files').map((row, at) => readFileRow(row, `files[${at}]`));
  requireOnce(
    document,
    files.map(({ index, project, filename }) => [index, project, filename]),
  );
  return {
    files,
    approvals: document
      .list('approvals')
      .map((row, at) => readApprovalRow(row, `approvals[${at}]`)),
    hosts: document.list('hosts').map((row, at) => readHostRow(row, `hosts[${at}]`)),
    pages: later('pages', readPageRow),
    publishers: later('publishers', readPublishersRow),
    changes: later('changes', readChangeRow),
    commits: later('commits', readCommitRow),
    keys: later('keys', readKeyRow),
  };
}

function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length > MAX_TRUST_DOCUMENT_BYTES) {
    throw new Refusal('WP-TRUST-DOCUMENT', {
      message: `the document: expected at most ${MAX_TRUST_DOCUMENT_BYTES} bytes, found ${bytes.length}`,
    });
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : 'something else';
    const message = `the document: expected JSON in UTF-8, found: ${found}`;
    throw new Refusal('WP-TRUST-DOCUMENT', { message, cause });
  }
}

function requireOnce(document: DocumentObject, keys: readonly (readonly string[])[]): void {
  const seen = new Set<string>();
  for (const key of keys.map((parts) => JSON.stringify(parts))) {
    if (seen.has(key)) throw document.refuse('files: expected each file once', key);
    seen.add(key);
  }
}

function mergeInto(
  rows: TrustRows,
  { files, approvals, hosts, pages, publishers, changes, commits, keys }: TrustDocument,
): ImportOutcome {
  const conflicts: { kept: RememberedFile; offered: RememberedFile }[] = [];
  const counts = { added: 0, merged: 0, unchanged: 0 };
  const tell = (before: unknown, after: unknown): void => {
    const same = canonicalJson(before) === canonicalJson(after);
    counts[before === null ? 'added' : same ? 'unchanged' : 'merged']++;
  };
  for (const offered of files) {
    const kept = rows.recall(offered.index, offered.project, offered.filename);
    if (kept !== null && kept.sha256 !== offered.sha256) conflicts.push({ kept, offered });
    else tell(kept, mergeFile(rows, kept, offered));
  }
  for (const offered of approvals) {
    const kept = sameApproval(rows, offered);
    const merged = kept === null ? offered : mergeApprovals(kept, offered);
    rows.approve(merged);
    tell(kept, merged);
  }
  for (const offered of hosts) {
    const kept = rows.hosts(offered.index).find(({ host }) => host === offered.host) ?? null;
    rows.rememberHost(offered);
    tell(kept, { ...offered, firstSeen: Math.min(offered.firstSeen, kept?.firstSeen ?? Infinity) });
  }
  const took = (isNew: boolean): void => {
    counts[isNew ? 'added' : 'unchanged']++;
  };
  for (const offered of pages) took(takePage(rows, offered));
  for (const offered of publishers) took(takePublishers(rows, offered));
  for (const offered of changes) took(takeChange(rows, offered));
  for (const offered of commits) took(takeCommit(rows, offered));
  return { ...counts, conflicts, ...(keys.length > 0 && { keys }) };
}

/** The store refreshes a row by itself, but only a new row takes an earlier first sight. */
function mergeFile(
  rows: TrustRows,
  kept: RememberedFile | null,
  offered: RememberedFile,
): RememberedFile {
  const merged = kept === null ? offered : mergeFiles(kept, offered);
  rows.forget(merged.index, merged.project, merged.filename);
  return rows.remember(merged).file;
}

function sameApproval(rows: TrustRows, offered: Approval): Approval | null {
  const same = ({ project, owner }: Approval): boolean =>
    project === offered.project && owner === offered.owner;
  return rows.approvals(offered.sha256).find(same) ?? null;
}

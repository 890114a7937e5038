// SPDX-License-Identifier: Apache-2.0
import { normaliseName } from '../core/project-name.ts';
import { safeText } from '../core/safe-text.ts';
import type { RememberedPage } from '../core/remembered-page.ts';
import type { RememberedCommit } from '../core/repository.ts';
import type { AcceptedChange, RememberedPublishers } from '../core/remembered-publisher.ts';
import type { Approval, AuditEvent, RememberedFile, TrustRows } from '../core/trust-rows.ts';
import {
  approvalShape,
  changeShape,
  commitShape,
  fileShape,
  publishersShape,
  requireProject,
  timeText,
} from '../trust/index.ts';
import { hashOf } from './trust-arguments.ts';
import { printJson, type Json, type TrustContext, type TrustIo } from './trust-context.ts';
import { publishersText } from './trust-accept.ts';
import { commitsNamed, commitsText } from './trust-commits.ts';
import { pagesShape, pagesText } from './trust-pages.ts';
import { approvalsTable, auditLines, fileBlock, filesTable } from './trust-text.ts';

export function list(
  context: TrustContext,
  io: TrustIo,
  options: Json & { project?: string },
): void {
  const { rows, clock } = context;
  const project = options.project === undefined ? null : requireProject(options.project);
  const files = rows.list(project === null ? {} : { project });
  const hashes = new Set(files.map(({ sha256 }) => sha256));
  const approvals = rows
    .listApprovals()
    .filter((one) => project === null || one.project === project || hashes.has(one.sha256));
  const commits = project === null ? rows.listCommits() : [];
  if (options.json === true) {
    printJson(io, {
      files: files.map(fileShape),
      approvals: approvals.map(approvalShape),
      ...(commits.length === 0 ? {} : { commits: commits.map(commitShape) }),
    });
    return;
  }
  io.out(files.length === 0 ? 'No files are remembered.\n' : filesTable(files));
  if (commits.length > 0) io.out(`\nCommits of repositories:\n${commitsText(commits)}`);
  if (approvals.length > 0) io.out(`\n${approvalsTable(approvals, clock.now())}`);
}

export function show(context: TrustContext, io: TrustIo, word: string, options: Json): void {
  const { files, approvals, events, pages, publishers, changes, commits } = findAll(
    context.rows,
    word,
  );
  if (options.json === true) {
    const audit = events.map((event) => ({ ...event, at: timeText(event.at) }));
    printJson(io, {
      files: files.map(fileShape),
      approvals: approvals.map(approvalShape),
      ...(pages.length === 0 ? {} : { pages: pagesShape(context.rows, pages) }),
      ...(publishers.length === 0 ? {} : { publishers: publishers.map(publishersShape) }),
      ...(changes.length === 0 ? {} : { changes: changes.map(changeShape) }),
      ...(commits.length === 0 ? {} : { commits: commits.map(commitShape) }),
      audit,
    });
    return;
  }
  const known = [files, approvals, events, pages, publishers, changes, commits];
  if (known.every(({ length }) => length === 0)) {
    io.out(`Nothing is known of ${safeText(word)}.\n`);
  }
  const parts = [...files.map(fileBlock), ...pagesText(context.rows, pages)];
  parts.push(...publishersText(publishers, changes));
  if (commits.length > 0) parts.push(commitsText(commits));
  if (approvals.length > 0) parts.push(approvalsTable(approvals, context.clock.now()));
  if (events.length > 0) parts.push(`What happened:\n${auditLines(events)}`);
  io.out(parts.join('\n'));
}

interface Found {
  readonly files: readonly RememberedFile[];
  readonly approvals: readonly Approval[];
  readonly events: readonly AuditEvent[];
  readonly pages: readonly RememberedPage[];
  readonly publishers: readonly RememberedPublishers[];
  readonly changes: readonly AcceptedChange[];
  readonly commits: readonly RememberedCommit[];
}

function findAll(rows: TrustRows, word: string): Found {
  const hash = hashOf(word);
  const project = normaliseName(word);
  const files =
    hash === null
      ? rows.list({}).filter((file) => file.filename === word || file.project === project)
      : rows.recallBySha256(hash);
  const hashes = new Set([...files.map(({ sha256 }) => sha256), ...(hash === null ? [] : [hash])]);
  const approvals = rows
    .listApprovals()
    .filter((one) => hashes.has(one.sha256) || (hash === null && one.project === project));
  for (const { sha256 } of approvals) hashes.add(sha256);
  const subjects = new Set([
    word,
    ...(hash === null ? [project] : []),
    ...files.map(({ filename }) => filename),
  ]);
  for (const sha256 of hashes) subjects.add(`sha256:${sha256}`);
  const commits = commitsNamed(rows, word);
  const repositories = new Set(commits.map(({ repository }) => repository));
  // The whole trail: in its own order, and checked for gaps on the way.
  const events = rows
    .auditTrail({})
    .filter(
      ({ subject }) => subjects.has(subject) || repositories.has(subject.replace(/@.*$/su, '')),
    );
  const pages = hash === null ? rows.listPages({ project }) : [];
  const publishers = rows
    .listPublishers({})
    .filter((row) => row.filename === word || row.project === project || row.sha256 === hash);
  const changes = hash === null ? rows.listChanges({ project }) : [];
  return { files, approvals, events, pages, publishers, changes, commits };
}

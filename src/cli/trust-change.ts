// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import type { RememberedFile, TrustRows } from '../core/trust-rows.ts';
import { compareVersions } from '../core/version.ts';
import { approvalShape, approve, fileShape, requireProject, requireText } from '../trust/index.ts';
import { hashOf, hashOfWordOrFile, parseEnd } from './trust-arguments.ts';
import {
  occasionOf,
  printJson,
  type Json,
  type TrustContext,
  type TrustIo,
} from './trust-context.ts';
import { forgetCommits, namesRepository } from './trust-commits.ts';
import { approvalsTable, filesTable } from './trust-text.ts';

export interface ApproveOptions extends Json {
  readonly reason: string;
  readonly owner?: string;
  readonly project?: string;
  readonly expires?: string;
}

export interface ForgetOptions extends Json {
  readonly reason: string;
  readonly index?: string;
}

export async function approveBytes(
  context: TrustContext,
  io: TrustIo,
  word: string,
  options: ApproveOptions,
): Promise<void> {
  const { rows, owner } = context;
  const occasion = occasionOf(context);
  const approval = approve(
    rows,
    {
      sha256: await hashOfWordOrFile(word),
      project: options.project ?? null,
      reason: options.reason,
      owner: options.owner ?? owner,
      expiresAt: options.expires === undefined ? null : parseEnd(options.expires, occasion.now),
    },
    occasion,
  );
  const files = rows.recallBySha256(approval.sha256);
  if (options.json === true) {
    printJson(io, { files: files.map(fileShape), approvals: [approvalShape(approval)] });
    return;
  }
  io.out(approvalsTable([approval], occasion.now));
  if (files.length > 0) io.out(`\n${filesTable(files)}`);
}

export function forget(
  context: TrustContext,
  io: TrustIo,
  word: string,
  options: ForgetOptions,
): void {
  if (namesRepository(word)) return forgetCommits(context, io, word, options);
  const { rows, owner } = context;
  const { now, run } = occasionOf(context);
  const reason = requireText('the reason', options.reason, 1000);
  const files = rows.transaction(() => {
    const found = matching(rows, word, options.index ?? null);
    for (const { index, project, version, filename, sha256 } of found) {
      rows.forget(index, project, filename);
      rows.forgetPublishers(index, project, filename);
      const detail = { index, project, version, sha256, reason, owner };
      rows.audit({ at: now, run, what: 'forget', subject: filename, detail });
    }
    return found;
  });
  if (options.json === true) printJson(io, { files: files.map(fileShape) });
  else io.out(`Forgotten:\n${filesTable(files)}`);
}

/** What `trust forget` is about: at least one file, of one index. @throws Refusal `WP-USAGE` */
function matching(rows: TrustRows, word: string, index: string | null): readonly RememberedFile[] {
  const [name = '', version] = word.split('==');
  const named =
    version === undefined
      ? rows.list({}).filter(({ filename }) => filename === word)
      : rows
          .list({ project: requireProject(name) })
          .filter((file) => compareVersions(file.version, version) === 0);
  const plain = (address: string): string => address.replace(/\/+$/u, '');
  const files = named.filter((file) => index === null || plain(file.index) === plain(index));
  if (files.length === 0) {
    const where = index === null ? '' : ` of ${index}`;
    const message = `nothing is remembered as ${safeText(word)}${safeText(where)}`;
    const hint = 'Name a file or PROJECT==VERSION as `wheelproof trust list` shows them.';
    throw new Refusal('WP-USAGE', { message, hint });
  }
  const indexes = [...new Set(files.map((file) => file.index))];
  if (indexes.length > 1) {
    const message = `${safeText(word)} is remembered of several indexes: ${safeText(indexes.join(', '))}`;
    throw new Refusal('WP-USAGE', { message, hint: 'Say which one with --index URL.' });
  }
  return files;
}

export function withdraw(
  context: TrustContext,
  io: TrustIo,
  word: string,
  options: Json & { project?: string },
): void {
  const { rows, owner } = context;
  const { now, run } = occasionOf(context);
  const sha256 = hashOf(word);
  if (sha256 === null) {
    throw new Refusal('WP-USAGE', { message: `expected sha256:HEX, found ${safeText(word, 100)}` });
  }
  const project = options.project === undefined ? null : requireProject(options.project);
  const withdrawn = rows.transaction(() => {
    const found = rows
      .approvals(sha256)
      .filter((approval) => project === null || approval.project === project);
    for (const name of new Set(found.map((approval) => approval.project))) {
      rows.withdraw(sha256, name);
      const detail = { project: name, owner };
      rows.audit({ at: now, run, what: 'withdraw', subject: `sha256:${sha256}`, detail });
    }
    return found;
  });
  if (withdrawn.length === 0) {
    throw new Refusal('WP-USAGE', {
      message: `no approval of sha256:${sha256}${project === null ? '' : ` under ${project}`}`,
      hint: 'See `wheelproof trust list`.',
    });
  }
  if (options.json === true) printJson(io, { approvals: withdrawn.map(approvalShape) });
  else io.out(`Withdrawn:\n${approvalsTable(withdrawn, now)}`);
}

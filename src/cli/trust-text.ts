// SPDX-License-Identifier: Apache-2.0
import { safeText } from '../core/safe-text.ts';
import type { RememberedListing, RememberedPage } from '../core/remembered-page.ts';
import type { Approval, AuditEvent, RememberedFile } from '../core/trust-rows.ts';
import { printableUrl } from '../core/url.ts';
import { timeText } from '../trust/index.ts';

const day = (at: number): string => timeText(at).slice(0, 10);

export function filesTable(files: readonly RememberedFile[]): string {
  const head = ['PROJECT', 'VERSION', 'FIRST SEEN', 'LAST SEEN', 'VERDICT', 'FILE'];
  const rows = files.map((file) => [
    file.project,
    file.version,
    day(file.firstSeen),
    day(file.lastSeen),
    file.verdict,
    file.filename,
  ]);
  return table([head, ...rows]);
}

export function approvalsTable(approvals: readonly Approval[], now: number): string {
  const head = ['APPROVED', 'FOR', 'BY', 'SINCE', 'UNTIL', 'REASON'];
  const rows = approvals.map((approval) => [
    `sha256:${approval.sha256}`,
    approval.project ?? 'any name',
    approval.owner,
    day(approval.createdAt),
    untilText(approval.expiresAt, now),
    approval.reason,
  ]);
  return table([head, ...rows]);
}

export function fileBlock(file: RememberedFile): string {
  return [
    safeText(file.filename),
    `  project     ${safeText(`${file.project} ${file.version}`.trim())}`,
    `  index       ${safeText(file.index)}`,
    `  url         ${safeText(showUrl(file.url))}`,
    `  sha256      ${file.sha256}`,
    `  size        ${file.size} bytes`,
    `  first seen  ${timeText(file.firstSeen)} (${file.verdict})`,
    `  last seen   ${timeText(file.lastSeen)}`,
    '',
  ].join('\n');
}

const CHANGE_WORDS = {
  none: 'as listed first',
  yanked: 'yanked since',
  unyanked: 'no longer yanked since',
  gone: 'no longer listed since',
} as const;
const MOST_CHANGES = 20;

export function pageBlock(page: RememberedPage, listings: readonly RememberedListing[]): string {
  const changed = listings.filter(({ change }) => change !== 'none');
  const shown = changed
    .slice(0, MOST_CHANGES)
    .map(({ filename, change, changedAt }) =>
      safeText(`  ${CHANGE_WORDS[change]} ${day(changedAt)}: ${filename}`, 400),
    );
  const more = changed.length - shown.length;
  return [
    safeText(`page of ${page.project}`),
    `  index       ${safeText(page.index)}`,
    `  newest      ${safeText(page.newest ?? 'none')}`,
    `  lists       ${page.listed} files (${safeText(page.status)}, read as ${safeText(page.form)})`,
    `  first seen  ${timeText(page.firstSeen)}`,
    `  last seen   ${timeText(page.seenAt)} (by ${safeText(page.client)})`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more changes`] : []),
    '',
  ].join('\n');
}

export function auditLines(events: readonly AuditEvent[]): string {
  return events
    .map(({ at, what, subject, detail }) =>
      safeText(`${timeText(at)}  ${what.padEnd(8)}  ${subject}  ${JSON.stringify(detail)}`, 600),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function untilText(expiresAt: number | null, now: number): string {
  if (expiresAt === null) return 'no end';
  return expiresAt <= now ? `ended ${day(expiresAt)}` : day(expiresAt);
}

function showUrl(url: string): string {
  return URL.canParse(url) ? printableUrl(url) : url;
}

/** Columns as wide as their widest cell; the last one as it is. */
function table(rows: readonly (readonly string[])[]): string {
  const safe = rows.map((row) => row.map((cell) => safeText(cell, 200)));
  const widths = (safe[0] ?? []).map((_, column) =>
    Math.max(...safe.map((row) => row[column]?.length ?? 0)),
  );
  return safe
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

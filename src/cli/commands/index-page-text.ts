// SPDX-License-Identifier: Apache-2.0
import type { IndexPage, ListedFile, RefusedEntry } from '../../core/artifact.ts';
import { classOf } from '../../core/codes.ts';
import { parseDistributionFilename } from '../../core/distribution-filename.ts';
import { safeText } from '../../core/safe-text.ts';
import { versionsOf } from '../../index/index.ts';

/** The model as JSON, in pieces: a page may hold many thousand files. */
export function* jsonOf(page: IndexPage): Generator<string> {
  const head = {
    api_version: page.apiVersion,
    project: page.project,
    status: page.status,
    status_reason: page.statusReason,
    versions: versionsOf({ project: page.project, files: page.files, shown: [] }),
    last_serial: page.lastSerial,
  };
  yield ascii(JSON.stringify(head).slice(0, -1));
  yield ',"files":[';
  yield* lines(page.files, (file) => describeFile(file, page.project));
  yield '],"refused":[';
  yield* lines(page.refused, (entry) => describeRefused(entry, page.project));
  yield ']}\n';
}

const ITEMS_PER_PIECE = 200;

function* lines<T>(items: readonly T[], describe: (item: T) => unknown): Generator<string> {
  for (let at = 0; at < items.length; at += ITEMS_PER_PIECE) {
    const piece = items
      .slice(at, at + ITEMS_PER_PIECE)
      .map((item) => `\n${JSON.stringify(describe(item))}`);
    yield ascii(`${at === 0 ? '' : ','}${piece.join(',')}`);
  }
}

/** What could act on a terminal, or in the log of a service, stays an escape. */
function ascii(json: string): string {
  // oxlint-disable-next-line require-unicode-regexp -- by code unit, as JSON escapes are
  const plain = json.replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return plain.replace(/##(\w*)\[/gu, String.raw`##$1\u005b`);
}

function describeFile(file: ListedFile, project: string | null): Record<string, unknown> {
  const name = parseDistributionFilename(file.filename, project);
  return {
    filename: file.filename,
    url: file.url,
    project: name?.project ?? null,
    version: name?.version ?? null,
    kind: name?.kind ?? null,
    hashes: file.hashes,
    size: file.size,
    requires_python: file.requiresPython,
    yanked: file.yanked,
    core_metadata: file.coreMetadata,
    gpg_sig: file.gpgSig,
    upload_time: file.uploadTime,
    provenance: file.provenance,
  };
}

function describeRefused(entry: RefusedEntry, project: string | null): Record<string, unknown> {
  const { filename, url, code, message, file } = entry;
  return {
    filename,
    url,
    code,
    class: classOf(code),
    message,
    file: file === null ? null : describeFile(file, project),
  };
}

/** The model as a person reads it. */
export function* tableOf(page: IndexPage): Generator<string> {
  const reason = page.statusReason === null ? '' : ` (${safeText(page.statusReason, 200)})`;
  yield `${page.project ?? 'no project named'}: ${page.status}${reason}, API ${page.apiVersion}\n`;
  const header = ['FILE', 'VERSION', 'KIND', 'BYTES', 'SHA256', 'NOTES'];
  const rows = page.files.map((file) => rowOf(file, page.project));
  if (rows.length > 0) yield* aligned([header, ...rows]);
  if (page.refused.length > 0) {
    yield '\nRefused:\n';
    yield* aligned(page.refused.map(({ code, message }) => [`  ${code}`, safeText(message, 400)]));
  }
  yield `${page.files.length} listed, ${page.refused.length} refused\n`;
}

function rowOf(file: ListedFile, project: string | null): readonly string[] {
  const name = parseDistributionFilename(file.filename, project);
  const notes = [
    file.yanked === false
      ? ''
      : `yanked${file.yanked === '' ? '' : `: ${safeText(file.yanked, 60)}`}`,
    file.requiresPython === null ? '' : `python ${safeText(file.requiresPython, 40)}`,
    file.provenance === null ? '' : 'provenance',
  ];
  return [
    safeText(file.filename, 120),
    name?.version ?? '?',
    name?.kind ?? '?',
    file.size === null ? '-' : String(file.size),
    file.hashes['sha256']?.slice(0, 16) ?? '-',
    notes.filter((note) => note !== '').join(', '),
  ];
}

function* aligned(rows: readonly (readonly string[])[]): Generator<string> {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    yield `${cells.join('  ').trimEnd()}\n`;
  }
}

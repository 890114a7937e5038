// SPDX-License-Identifier: Apache-2.0

/** One line of a RECORD: a file of the distribution, relative to the folder that holds it. */
export interface RecordLine {
  readonly path: string;
  /** Lower-case hex; `null` where the line gives no sha256. */
  readonly sha256: string | null;
}

/**
 * The lines of a RECORD (packaging.python.org, "Recording installed projects": CSV as Python's `csv`
 * module reads it). What does not keep to the form stands for a file without a hash.
 */
export function readRecordLines(text: string): readonly RecordLine[] {
  return text.includes('"') ? quotedLines(text) : plainLines(text);
}

/** Nearly every RECORD: no field is quoted. */
function plainLines(text: string): readonly RecordLine[] {
  const lines: RecordLine[] = [];
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    const to = end === -1 ? text.length : text[end - 1] === '\r' ? end - 1 : end;
    const line = text.slice(from, Math.max(from, to));
    from = end === -1 ? text.length : end + 1;
    const comma = line.indexOf(',');
    if (comma === -1) add(lines, line, '');
    else {
      const next = line.indexOf(',', comma + 1);
      add(lines, line.slice(0, comma), line.slice(comma + 1, next === -1 ? undefined : next));
    }
  }
  return lines;
}

function quotedLines(text: string): readonly RecordLine[] {
  const lines: RecordLine[] = [];
  let row: string[] = [];
  // A field, quoted or not, and what ends it; the last one is ended by the text's end.
  for (const [, quoted, plain = '', end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\r|$)/gu,
  )) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    const [path = '', hash = ''] = row;
    add(lines, path, hash);
    row = [];
  }
  return lines;
}

function add(lines: RecordLine[], path: string, hash: string): void {
  if (path !== '') lines.push({ path, sha256: hash === '' ? null : sha256In(hash) });
}

const SHA256_BYTES = 32;
/** One for all: thousands are decoded one after the other. */
const decoded = Buffer.allocUnsafe(SHA256_BYTES);

/** `sha256=` and base64url without padding, 32 bytes. */
function sha256In(hash: string): string | null {
  if (!/^sha256=[A-Za-z0-9_-]{43}=?$/u.test(hash)) return null;
  decoded.write(hash.slice('sha256='.length), 'base64url');
  return decoded.toString('hex');
}

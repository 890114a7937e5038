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
  const lines: RecordLine[] = [];
  for (const [path = '', hash = ''] of rowsOf(text)) {
    if (path !== '') lines.push({ path, sha256: sha256In(hash) });
  }
  return lines;
}

function* rowsOf(text: string): Generator<readonly string[]> {
  if (!text.includes('"')) {
    for (const line of text.split(/\r?\n/u)) yield line.split(',');
    return;
  }
  let row: string[] = [];
  // A field, quoted or not, and what ends it; the last one is ended by the text's end.
  for (const [, quoted, plain = '', end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\r|$)/gu,
  )) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    yield row;
    row = [];
  }
}

/** `sha256=` and base64url without padding, 32 bytes. */
function sha256In(hash: string): string | null {
  const encoded = /^sha256=([A-Za-z0-9_-]{43})=?$/u.exec(hash)?.[1];
  return encoded === undefined ? null : Buffer.from(encoded, 'base64url').toString('hex');
}

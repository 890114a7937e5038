// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { MAX_CHECKSUM_LINES } from '../core/limits.ts';

/** One line of a checksum document. */
export interface ChecksumLine {
  /** As Node names it: `sha256`, `sha512`, `md5`, … */
  readonly algorithm: string;
  /** Lower-case. */
  readonly hex: string;
  /** With its folder, where the document names one. */
  readonly path: string;
}

/** Lines of GNU name no algorithm: their length does (coreutils, `sha256sum`). */
const BY_LENGTH: Readonly<Record<number, string>> = {
  32: 'md5',
  40: 'sha1',
  56: 'sha224',
  64: 'sha256',
  96: 'sha384',
  128: 'sha512',
};
/** Lines of BSD do (`sha256 --tag`); those of other algorithms say nothing here. */
const BY_TAG: Readonly<Record<string, string>> = {
  MD5: 'md5',
  SHA1: 'sha1',
  SHA224: 'sha224',
  SHA256: 'sha256',
  SHA384: 'sha384',
  SHA512: 'sha512',
};
const GNU = /^(?<hex>[0-9a-fA-F]{32,128})(?: [ *]?|\t)(?<path>[^\s*].*)$/u;
const BSD = /^(?<tag>[A-Za-z0-9/-]+) \((?<path>.+)\) = (?<hex>[0-9a-fA-F]{32,128})$/u;
const LOOKS_LIKE_ONE = /[0-9a-fA-F]{32}/u;

/**
 * The checksum lines of a signed text, in GNU's and BSD's forms; other lines are prose. One file
 * named with two hashes of one kind, and a line that two programs read differently, are refused.
 *
 * @param what the document, for messages.
 * @throws Refusal `WP-CHECKSUM-AMBIGUOUS`, `WP-SIGNATURE-LIMIT`
 */
export function readChecksumLines(text: string, what: string): readonly ChecksumLine[] {
  const rows = text.split('\n');
  if (rows.length > MAX_CHECKSUM_LINES) {
    throw new Refusal('WP-SIGNATURE-LIMIT', {
      message: `${what}: expected at most ${MAX_CHECKSUM_LINES} lines, found ${rows.length}`,
    });
  }
  const known = new Map<string, string>();
  return rows.flatMap((row, place) => {
    const where = `${what}, line ${place + 1}`;
    const line = readLine(row.endsWith('\r') ? row.slice(0, -1) : row, where);
    if (line === null) return [];
    const key = JSON.stringify([line.algorithm, line.path]);
    const earlier = known.get(key);
    if (earlier !== undefined && earlier !== line.hex) {
      throw ambiguous(where, `${line.path} has two ${line.algorithm} hashes`);
    }
    known.set(key, line.hex);
    return earlier === undefined ? [line] : [];
  });
}

function readLine(row: string, where: string): ChecksumLine | null {
  const groups = (GNU.exec(row) ?? BSD.exec(row))?.groups;
  if (groups === undefined) {
    if (/^\\[0-9a-fA-F]{32}/u.test(row)) throw ambiguous(where, 'an escaped file name');
    return null;
  }
  const { hex = '', path = '', tag } = groups;
  // oxlint-disable-next-line no-control-regex -- finding such characters is the point
  if (/[\u0000-\u001f\u007f\\]/u.test(path) || path !== path.trim()) {
    throw ambiguous(where, 'a file name that programs read differently');
  }
  if (tag === undefined && LOOKS_LIKE_ONE.test(path)) throw ambiguous(where, 'two hashes');
  const algorithm = tag === undefined ? BY_LENGTH[hex.length] : BY_TAG[tag.toUpperCase()];
  if (algorithm === undefined) return null;
  if (BY_LENGTH[hex.length] !== algorithm) throw ambiguous(where, `no ${algorithm} by its length`);
  return { algorithm, hex: hex.toLowerCase(), path: path.replace(/^\.\//u, '') };
}

/**
 * The lines for a file name, whatever folder they name it in.
 * @throws Refusal `WP-CHECKSUM-AMBIGUOUS` where two folders hold different files of that name.
 */
export function linesFor(
  lines: readonly ChecksumLine[],
  filename: string,
  what: string,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { algorithm, hex, path } of lines) {
    if (path.slice(path.lastIndexOf('/') + 1) !== filename) continue;
    const earlier = found.get(algorithm);
    if (earlier !== undefined && earlier !== hex) {
      throw ambiguous(what, `two files called ${filename}, with different ${algorithm} hashes`);
    }
    found.set(algorithm, hex);
  }
  return found;
}

function ambiguous(where: string, why: string): Refusal {
  return new Refusal('WP-CHECKSUM-AMBIGUOUS', { message: `${where}: ${why}` });
}

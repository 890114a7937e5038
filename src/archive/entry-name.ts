// SPDX-License-Identifier: Apache-2.0
import { MAX_ARCHIVE_NAME_BYTES } from '../core/limits.ts';
import { safeText } from '../core/safe-text.ts';
import { malformed, tooLarge } from './refuse.ts';

/** Names that no reader reads in two ways and that lead nowhere else: most are of this kind. */
const PLAIN = /^\w[\w.+-]*(?:\/\w[\w.+-]*)*\/?$/u;

/**
 * What no two entries may have in common.
 * @throws Refusal as {@link checkEntryName}
 */
export function checkedKey(filename: string, name: string): string {
  if (!PLAIN.test(name)) {
    checkEntryName(filename, name);
    return collisionKey(name);
  }
  return (name.endsWith('/') ? name.slice(0, -1) : name).toLowerCase();
}

/**
 * An entry's name as text. Without the UTF-8 flag each byte is one character: such names are
 * compared and shown, never written to a disk by us.
 */
export function decodeEntryName(
  filename: string,
  directory: Buffer,
  {
    start,
    end,
    isUtf8,
  }: { readonly start: number; readonly end: number; readonly isUtf8: boolean },
): string {
  if (end - start > MAX_ARCHIVE_NAME_BYTES) {
    throw tooLarge(filename, `an entry's name has ${end - start} bytes`);
  }
  if (!isUtf8) return directory.toString('latin1', start, end);
  const lenient = directory.toString('utf8', start, end);
  if (!lenient.includes('\ufffd')) return lenient;
  try {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return strict.decode(directory.subarray(start, end));
  } catch (cause) {
    throw malformed(filename, "an entry's name is not the UTF-8 that it claims to be", cause);
  }
}

/** Refuses names that lead out of the folder, or that systems read in different ways. */
export function checkEntryName(filename: string, name: string): void {
  // oxlint-disable-next-line no-control-regex -- finding control characters is the point
  if (name === '' || /[\u0000-\u001f\u007f\\]/u.test(name)) {
    throw malformed(filename, `an entry has the unusable name '${safeText(name)}'`);
  }
  const path = name.endsWith('/') ? name.slice(0, -1) : name;
  if (/^[A-Za-z]:/u.test(name) || /(?:^|\/)\.{0,2}(?:\/|$)/u.test(path)) {
    throw malformed(filename, `the entry '${safeText(name)}' leads out of its folder`);
  }
}

/** Two entries with one key would land on one file, at least on some systems. */
export function collisionKey(name: string): string {
  const path = name.endsWith('/') ? name.slice(0, -1) : name;
  // oxlint-disable-next-line no-control-regex -- all of ASCII, which is its own normal form
  const composed = /^[\u0000-\u007f]*$/u.test(path) ? path : path.normalize('NFC');
  return composed.toLowerCase();
}

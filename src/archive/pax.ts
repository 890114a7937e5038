// SPDX-License-Identifier: Apache-2.0
import { malformed } from './refuse.ts';

export interface PaxOverrides {
  readonly path?: string;
  readonly size?: number;
  readonly linkName?: string;
}

type Found = { -readonly [key in keyof PaxOverrides]: PaxOverrides[key] };

/** A pax extended header's records, `LENGTH KEY=VALUE\n` (POSIX.1-2001), as far as they move, link or resize a member. */
export function readPax(filename: string, contents: Uint8Array): PaxOverrides {
  const bytes = Buffer.from(contents.buffer, contents.byteOffset, contents.byteLength);
  const found: Found = {};
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const digits = bytes.subarray(at, Math.max(at, space)).toString('latin1');
    const end = at + Number(digits);
    if (!/^[1-9]\d{0,8}$/u.test(digits) || end > bytes.length || bytes[end - 1] !== 0x0a) {
      throw malformed(filename, 'a pax header is damaged');
    }
    const record = bytes.subarray(space + 1, end - 1).toString('utf8');
    const equals = record.indexOf('=');
    if (equals <= 0) throw malformed(filename, 'a pax header is damaged');
    takeRecord(filename, found, record.slice(0, equals), record.slice(equals + 1));
    at = end;
  }
  return found;
}

function takeRecord(filename: string, found: Found, key: string, value: string): void {
  if (key.startsWith('GNU.sparse')) throw malformed(filename, 'holds a sparse file');
  if (key === 'path') {
    if (found.path !== undefined || value === '')
      throw malformed(filename, 'a pax header names a member twice or not at all');
    found.path = value;
  } else if (key === 'size') {
    if (found.size !== undefined || !/^\d{1,15}$/u.test(value))
      throw malformed(filename, 'a pax header has an unreadable size');
    found.size = Number(value);
  } else if (key === 'linkpath') {
    if (found.linkName !== undefined)
      throw malformed(filename, 'a pax header says twice where a link leads');
    found.linkName = value;
  }
}

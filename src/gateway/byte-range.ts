// SPDX-License-Identifier: Apache-2.0

/** Which bytes of a file a request asks for: `[start, end)`. */
export type Part =
  | { readonly part: 'whole' }
  | { readonly part: 'range'; readonly start: number; readonly end: number }
  | { readonly part: 'unsatisfiable' };

const SINGLE_RANGE = /^\s*bytes\s*=\s*(\d*)-(\d*)\s*$/iu;

/**
 * Reads a `Range` header (RFC 9110 14.2). A header that is malformed, in another unit or asks for
 * several ranges is ignored, as the RFC allows: the whole file then answers.
 */
export function parseRange(header: string | undefined, size: number): Part {
  const found = header === undefined ? null : SINGLE_RANGE.exec(header);
  const [, first = '', last = ''] = found ?? [];
  if (first === '' && last === '') return { part: 'whole' };
  if (first === '') return suffix(Number(last), size);
  const start = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && Number(last) < start) return { part: 'whole' };
  return start >= size ? { part: 'unsatisfiable' } : { part: 'range', start, end };
}

function suffix(length: number, size: number): Part {
  if (length === 0 || size === 0) return { part: 'unsatisfiable' };
  return { part: 'range', start: Math.max(0, size - length), end: size };
}

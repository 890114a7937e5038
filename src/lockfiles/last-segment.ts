// SPDX-License-Identifier: Apache-2.0

/** A file's name in an address or path, percent-decoded. */
export function lastSegment(path: string): string {
  return unescaped(path.split('/').at(-1) ?? '');
}

/** Percent-decoded; kept as spelled where it cannot be: it will match no file. */
export function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

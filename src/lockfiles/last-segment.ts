// SPDX-License-Identifier: Apache-2.0

/** A file's name in an address or path, percent-decoded. */
export function lastSegment(path: string): string {
  const segment = path.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // kept as spelled: it will match no file
  }
}

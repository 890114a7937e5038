// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';

const MAX_PATH = 512;
/** Deeper paths are delegated to nobody. */
export const MAX_SEGMENTS = 8;

/**
 * What may be a target's path here: printable ASCII without quotes and backslashes, segments that
 * are no `.` or `..`. Programs sort, escape and hash everything else in different ways.
 * @throws Refusal `WP-TUF-PATH`
 */
export function checkTargetPath(path: string): void {
  const segments = path.split('/');
  const isPlain = /^[!#-.0-[\]-~/]+$/u.test(path) && path.length <= MAX_PATH;
  const isRelative = segments.every((one) => one !== '' && one !== '.' && one !== '..');
  const isShallow = segments.length <= MAX_SEGMENTS;
  if (isPlain && isRelative && isShallow) return;
  throw new Refusal('WP-TUF-PATH', {
    message: `"${path}" cannot be the path of a target: expected at most ${MAX_PATH} ASCII characters in ${MAX_SEGMENTS} segments, like packages/idna/idna-3.7-py3-none-any.whl`,
  });
}

/** Where a target lies with consistent snapshots: `DIRECTORY/HASH.NAME` (section 6.2). */
export function hashedPath(path: string, sha256: string): string {
  const slash = path.lastIndexOf('/') + 1;
  return `${path.slice(0, slash)}${sha256}.${path.slice(slash)}`;
}

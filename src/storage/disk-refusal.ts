// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { openFilesHint } from '../core/open-files.ts';

const IN_WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EIO: 'the disk reports an input/output error',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files on this machine',
  ENOENT: 'it is not there',
  ENOTDIR: 'something on the way there is no folder',
};

/** Where it is not the disk that stands in the way but the place. */
const ELSEWHERE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR']);
const NAME_ANOTHER_PLACE =
  'Make it a folder that you may write in, or name another place by HOME or by XDG_DATA_HOME, XDG_CACHE_HOME and XDG_STATE_HOME; then run the same command again.';

/** The system's name of an error (`ENOSPC`), or `null` for anything else that was thrown. */
export function errorCode(thrown: unknown): string | null {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
  return typeof code === 'string' ? code : null;
}

/** Whatever a file operation threw, as a `WP-STATE-DISK`; refusals and faults of ours stay themselves. */
export function diskRefusal(thrown: unknown, during: string): unknown {
  const code = errorCode(thrown);
  if (thrown instanceof Refusal || code === null || !/^E[A-Z0-9]+$/u.test(code)) return thrown;
  return new Refusal('WP-STATE-DISK', {
    message: `${during}: ${IN_WORDS[code] ?? 'the file system refused'} (${code})`,
    ...(ELSEWHERE.has(code) ? { hint: NAME_ANOTHER_PLACE } : openFilesHint(code)),
    cause: thrown,
  });
}

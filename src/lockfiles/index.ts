// SPDX-License-Identifier: Apache-2.0
import { basename } from 'node:path';
import type { PinReader } from '../core/lockfile.ts';
import { emptyReading, type LockFormat, type ReadText } from './format.ts';
import { PYLOCK } from './pylock.ts';
import { REQUIREMENTS, remoteFile } from './requirements.ts';
import { addRequirement } from './stated-requirement.ts';

export type { LockFormat, ReadText } from './format.ts';

/** Every format, the most particular first; requirement files have no name of their own. */
export const LOCK_FORMATS: readonly LockFormat[] = [PYLOCK, REQUIREMENTS];

/** Reads requirement and lock files by the format their name tells. */
export function createPinReader(readText: ReadText): PinReader {
  return {
    async readFile(asked) {
      if (/^https?:/iu.test(asked.path))
        throw remoteFile(asked.path, asked.where ?? 'command line');
      const filename = basename(asked.path);
      const format = LOCK_FORMATS.find((candidate) => candidate.recognises(filename));
      return await (format ?? REQUIREMENTS).read(asked, readText);
    },
    readWord(text, where) {
      const reading = emptyReading();
      addRequirement({ text, hashes: [], constraint: false, where }, reading);
      return reading;
    },
  };
}

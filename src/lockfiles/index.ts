// SPDX-License-Identifier: Apache-2.0
import { basename } from 'node:path';
import type { PinReader } from '../core/lockfile.ts';
import { CONDA_ENVIRONMENT } from './conda-environment.ts';
import { CONDA_LOCK } from './conda-lock.ts';
import { emptyReading, type LockFormat, type ReadText } from './format.ts';
import { PDM } from './pdm.ts';
import { PIPFILE } from './pipfile.ts';
import { POETRY } from './poetry.ts';
import { PYLOCK } from './pylock.ts';
import { REQUIREMENTS, remoteFile } from './requirements.ts';
import { addRequirement } from './stated-requirement.ts';
import { UV_LOCK } from './uv-lock.ts';

export type { LockFormat, ReadText } from './format.ts';
export { selectMarker, type Selection } from './marker-selection.ts';
export { writePylock } from './pylock-writer.ts';
export { releasesIn, type ListedRelease } from './stated-hashes.ts';

/** Every format, the most particular first; requirement files have no name of their own. */
export const LOCK_FORMATS: readonly LockFormat[] = [
  PYLOCK,
  POETRY,
  PIPFILE,
  UV_LOCK,
  PDM,
  CONDA_LOCK,
  CONDA_ENVIRONMENT,
  REQUIREMENTS,
];

function formatNamed(filename: string): LockFormat | undefined {
  return LOCK_FORMATS.find((format) => format.recognises(filename));
}

/** Reads requirement and lock files by the format their name tells. */
export function createPinReader(readText: ReadText): PinReader {
  return {
    async readFile(asked) {
      if (/^https?:/iu.test(asked.path))
        throw remoteFile(asked.path, asked.where ?? 'command line');
      const named = formatNamed(basename(asked.path)) ?? REQUIREMENTS;
      const meant = LOCK_FORMATS.find(({ name }) => name === asked.format);
      return await (named === REQUIREMENTS ? (meant ?? named) : named).read(asked, readText);
    },
    formatOf(filename) {
      const format = formatNamed(filename);
      return format === undefined || format === REQUIREMENTS ? null : format.name;
    },
    readWord(text, where) {
      const reading = emptyReading();
      addRequirement({ text, hashes: [], constraint: false, where }, reading);
      return reading;
    },
  };
}

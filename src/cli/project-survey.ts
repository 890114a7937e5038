// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { Environment } from '../core/machine.ts';
import type { PinReading } from '../core/lockfile.ts';
import { thisMachine } from '../host/index.ts';
import { createPinReader, releasesIn } from '../lockfiles/index.ts';
import { addIndex, readSettings, SETTINGS_FILES } from './project-settings.ts';

/** An index that a file of the project names. */
export interface NamedIndex {
  /** As the file calls it; `null` where it has no name there. */
  readonly name: string | null;
  readonly url: string;
  /** `pyproject.toml:12` */
  readonly where: string;
}

/** A project that a file has come from one index alone. */
export interface BoundProject {
  /** May be a glob. */
  readonly project: string;
  readonly index: string;
  readonly where: string;
}

export interface FoundLock {
  readonly file: string;
  readonly releases: number;
  /** Of these, how many state no hash. */
  readonly unhashed: number;
}

/** What a project's own files say that a policy can start from. */
export interface ProjectSurvey {
  readonly indexes: readonly NamedIndex[];
  readonly bound: readonly BoundProject[];
  readonly locks: readonly FoundLock[];
  /** Files in the folder, by name. */
  readonly names: readonly string[];
  /** Tables of `[tool]` in pyproject.toml. */
  readonly tools: readonly string[];
  /** A sentence for each file that could not be read. */
  readonly unread: readonly string[];
}

export interface Growing {
  readonly indexes: NamedIndex[];
  readonly bound: BoundProject[];
  readonly locks: FoundLock[];
  readonly unread: string[];
}

const REQUIREMENTS = /^(?:requirements|constraints)[\w.-]*\.(?:txt|in)$/u;
const INDEX_OPTIONS = new Set(['--index-url', '--extra-index-url', '--default-index', '--index']);

/** Looks at the files of one folder; nothing is started, and nothing outside is asked. */
export async function surveyProject(
  directory: string,
  environment: Environment,
): Promise<ProjectSurvey> {
  const names = (await thisMachine.list(directory)).toSorted();
  const found: Growing = { indexes: [], bound: [], locks: [], unread: [] };
  const tools: string[] = [];
  for (const name of names.filter((one) => SETTINGS_FILES.includes(one))) {
    const text = (await thisMachine.readText(path.join(directory, name))) ?? '';
    try {
      tools.push(...readSettings(name, text, found));
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      found.unread.push(thrown.message);
    }
  }
  const reader = createPinReader((file) => thisMachine.readText(file));
  const locks = names.filter((name) => reader.formatOf(name) !== null || REQUIREMENTS.test(name));
  for (const name of locks) {
    try {
      const asked = { path: name, directory, environment, constraint: false };
      takeLock(name, await reader.readFile(asked), found);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      found.unread.push(thrown.message);
    }
  }
  return { ...found, names, tools };
}

function takeLock(file: string, reading: PinReading, { locks, indexes }: Growing): void {
  for (const { name, value, where } of reading.options) {
    if (INDEX_OPTIONS.has(name)) addIndex(indexes, { name: null, url: value, where });
  }
  // What pip-compile and its like read is no lock, and need not state hashes.
  if (file.endsWith('.in')) return;
  const releases = releasesIn(reading.packages);
  const unhashed = releases.filter(({ hashes }) => hashes.length === 0).length;
  if (releases.length > 0) locks.push({ file, releases: releases.length, unhashed });
}

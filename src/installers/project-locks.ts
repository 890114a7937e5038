// SPDX-License-Identifier: Apache-2.0
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { Refusal, reason, type Reason } from '../core/errors.ts';
import type { Pin } from '../core/installer.ts';
import type { StatedSource } from '../core/repository.ts';
import { MAX_PROJECT_LOCKS } from '../core/limits.ts';
import type { Environment } from '../core/machine.ts';
import { pinDisagreements } from './pin-disagreements.ts';
import { safeText } from '../core/safe-text.ts';
import type { InstallerPorts } from './ports.ts';
import { sourcesIn } from './repositories.ts';

/** Whose lock files count for a run. */
export interface ProjectAsked {
  /** Where the run begins: what is found is named from there. */
  readonly from: string;
  /** Folders in which to look, or above which a project begins. */
  readonly directories: readonly string[];
  /** Names of lock files that this installer reads by itself: they must be readable. */
  readonly own: readonly string[];
  /** Paths that the run names anyway. */
  readonly named: readonly string[];
  readonly environment: Environment;
}

/** What a project's own lock files pin, whichever tool wrote them. */
export interface ProjectLocks {
  readonly pins: readonly Pin[];
  readonly sources: readonly StatedSource[];
  readonly notes: readonly string[];
  readonly refusals: readonly Reason[];
}

/** A project begins where one of these lies, or a lock file. */
const BEGINNINGS: ReadonlySet<string> = new Set(['pyproject.toml', 'Pipfile', 'setup.py', '.git']);
/** Files without a name of their own kind that a project's hashes stand in by custom. */
const BY_CUSTOM: ReadonlySet<string> = new Set(['requirements.txt']);
const ANY_YAML = /\.ya?ml$/u;
const CONDA = /^(?:environment|(?:.*[.-])?conda-lock)\.ya?ml$/u;

/**
 * From a folder to what its project has pinned: every lock file of the project counts, whoever runs
 * (poetry.lock for `pip install`, too), and no two may name different bytes.
 */
export async function projectLocks(
  ports: InstallerPorts,
  { from, directories, own, named, environment }: ProjectAsked,
): Promise<ProjectLocks> {
  const pins: Pin[] = [];
  const sources: StatedSource[] = [];
  const notes: string[] = [];
  const refusals: Reason[] = [];
  const known = new Set(named.map((path) => resolve(path)));
  for (const [path, name] of await lockFiles(ports, directories, environment)) {
    if (known.has(path)) continue;
    const shown = pathFrom(from, path);
    const asked = { path: shown, directory: from, environment, constraint: true };
    try {
      const reading = await ports.pins.readFile(asked);
      pins.push(...reading.pins);
      sources.push(...sourcesIn(reading).map((one) => ({ ...one, locked: true as const })));
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      if (thrown.code === 'WP-LOCK-NO-HASH' || own.includes(name)) refusals.push(thrown.toReason());
      else notes.push(`${thrown.message}: what it pins is not compared.`);
    }
  }
  return { pins, sources, notes, refusals };
}

/** As a reader who stands in a folder would name a place: not by the whole way from the root. */
export function pathFrom(directory: string, path: string): string {
  return isAbsolute(path) ? relative(directory, path) : path;
}

/** Two lock files of one project that cannot both be right. */
export function disagreeing(pins: readonly Pin[]): readonly Reason[] {
  return pinDisagreements(pins).map((message) => reason('WP-PINS-DISAGREE', message));
}

/** Absolute paths with their names. */
async function lockFiles(
  { machine, pins }: InstallerPorts,
  directories: readonly string[],
  environment: Environment,
): Promise<ReadonlyMap<string, string>> {
  const isLock = (name: string): boolean =>
    BY_CUSTOM.has(name) ||
    (pins.formatOf(name) !== null && (!ANY_YAML.test(name) || CONDA.test(name)));
  const found = new Map<string, string>();
  for (const directory of directories) {
    for (const folder of upTo(directory, environment['HOME'])) {
      const names = await machine.list(folder);
      const locks = names.filter(isLock);
      if (locks.length > MAX_PROJECT_LOCKS) throw tooMany(folder, locks.length);
      for (const name of locks) {
        const path = join(folder, name);
        if ((await machine.kindOf(path)) === 'file') found.set(path, name);
      }
      if (names.some((name) => BEGINNINGS.has(name) || isLock(name))) break;
    }
  }
  return found;
}

/** One that is passed over might be the one that pins. */
function tooMany(folder: string, found: number): Refusal {
  return new Refusal('WP-LOCKFILE-INVALID', {
    message: `${safeText(folder, 300)}: expected at most ${MAX_PROJECT_LOCKS} lock files, found ${found}`,
    hint: 'Move those that pin nothing for this project elsewhere, or work in another folder.',
  });
}

/** The folder itself and those above, but not the user's home or what holds it. */
function upTo(directory: string, home: string | undefined): readonly string[] {
  const folders = [resolve(directory)];
  for (;;) {
    const last = folders.at(-1) ?? '/';
    const above = dirname(last);
    if (above === last || above === '/' || `${home ?? ''}/`.startsWith(`${above}/`)) return folders;
    folders.push(above);
  }
}

// SPDX-License-Identifier: Apache-2.0
import { readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { cleanVariables, type Stage } from './stage.ts';
import type { BenchUpstream } from './upstream-process.ts';

export type Installer = 'pip' | 'uv';

/** One of the things compared: how it is brought to its start, and how it is called. */
export interface Lane {
  readonly name: string;
  /** The installer is told to keep nothing of its own from run to run. */
  readonly isCacheless: boolean;
  /** Not timed, before each run. */
  ready(): Promise<void>;
  /** Where the installer finds the index; asked after `ready`. */
  index(): string;
  /** The installer's words as this lane has them typed. */
  call(words: readonly string[]): readonly string[];
  readonly variables: () => Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** A lane cannot take part; the reason is printed in its row. */
export interface Absent {
  readonly name: string;
  readonly reason: string;
}

export interface Track {
  readonly stage: Stage;
  readonly upstream: BenchUpstream;
  readonly installer: Installer;
}

const nothing = (): Promise<void> => Promise.resolve();

/** The installer by itself. */
export function plainLane({ stage, upstream, installer }: Track): Lane {
  const variables = cleanVariables(stage, stage.newHome(), upstream.caFile);
  return {
    name: `plain ${installer}`,
    isCacheless: true,
    ready: nothing,
    index: () => upstream.index,
    call: (words) => words,
    variables: () => variables,
    close: nothing,
  };
}

/** Frees what a run wrote, and deletes nothing. */
function emptyFiles(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) truncateSync(join(entry.parentPath, entry.name));
}

const launcher = join(import.meta.dirname, '..', 'wheelproof');

/**
 * The same words behind `wheelproof`; cold begins with a home of its own each time. The ones before
 * stay to the end, emptied: on ext4, each new file costs six times as much while many were deleted
 * lately; and what is written into memory that a virtual machine's host took back while it was free
 * costs ten times as much as into what others have just left, which is where plain installers write.
 * What uv unpacks then lies in memory, as it does for the plain uv; nothing there would be kept for a
 * later run, so warm has it on the disk.
 */
export function wheelproofLane(
  track: Track,
  state: 'cold' | 'warm',
  { isCacheless = track.installer === 'pip' } = {},
): Lane {
  const { stage, upstream } = track;
  const cache = stage.newPath('cache');
  const begin = (): Record<string, string> => ({
    ...cleanVariables(stage, stage.newHome(), upstream.caFile),
    ...(state === 'cold' ? { XDG_CACHE_HOME: cache } : {}),
  });
  let variables = begin();
  return {
    ...plainLane(track),
    name: `wheelproof ${isCacheless && track.installer === 'uv' ? '`--no-cache`, ' : ''}${state}`,
    isCacheless,
    ready() {
      if (state === 'cold') {
        rmSync(cache, { recursive: true, force: true });
        emptyFiles(variables['HOME'] ?? '');
        variables = begin();
      }
      return Promise.resolve();
    },
    call: (words) => [launcher, '-q', ...words],
    variables: () => variables,
  };
}

// SPDX-License-Identifier: Apache-2.0
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Collection } from './collection.ts';
import type { Installer, Lane } from './lane.ts';
import type { Attempt } from './race.ts';
import type { Stage } from './stage.ts';

/** What a figure must not exceed. */
export interface Bound {
  /** Start of the lane's name. */
  readonly lane: string;
  readonly of: 'ratio' | 'own';
  readonly most: number;
}

/** One thing that is done by every lane. */
export interface Case {
  readonly name: string;
  readonly title: string;
  readonly installer: Installer;
  /** Round trip in ms. */
  readonly delay: number;
  readonly peers: boolean;
  readonly bounds: readonly Bound[];
  attempt(stage: Stage, collection: Collection, lane: Lane): Promise<Attempt>;
}

const SMALL = ['requests', 'flask'];

/** Fetches everything and installs nothing. */
function pipDownload(stage: Stage, collection: Collection, lane: Lane): Promise<Attempt> {
  const folder = stage.newPath('downloads');
  const pip = join(stage.pipEnvironment, 'bin', 'pip');
  const words = [pip, 'download', '-q', '--no-cache-dir', '-i', lane.index(), '-d', folder];
  return Promise.resolve(leaving(folder, [...words, ...collection.requirements]));
}

/**
 * uv has no word for fetching alone: its fetch phase ends with its own word that everything is
 * resolved and, where anything was to be fetched and unpacked, prepared. What follows, linking into
 * an empty folder and our comparing, counts in the whole run alone.
 */
function uvFetch(stage: Stage, collection: Collection, lane: Lane): Promise<Attempt> {
  const folder = stage.newPath('target');
  const python = join(stage.pipEnvironment, 'bin', 'python');
  const words = [stage.uv, 'pip', 'install', ...cacheless(lane), '--python', python];
  const where = ['--target', folder, '--default-index', lane.index()];
  const attempt = leaving(folder, [...words, ...where, ...collection.requirements]);
  return Promise.resolve({
    ...attempt,
    until: String.raw`^(?:Resolved|Prepared) \d+ packages? in`,
  });
}

async function pipInstall(stage: Stage, _: Collection, lane: Lane): Promise<Attempt> {
  const target = await stage.newTarget('pip');
  const pip = join(target, 'bin', 'pip');
  return leaving(target, [pip, 'install', '-q', '--no-cache-dir', '-i', lane.index(), ...SMALL]);
}

async function uvInstall(stage: Stage, _: Collection, lane: Lane): Promise<Attempt> {
  const target = await stage.newTarget('uv');
  const words = [stage.uv, 'pip', 'install', '-q', ...cacheless(lane), '--python', target];
  return leaving(target, [...words, '--default-index', lane.index(), ...SMALL]);
}

const cacheless = (lane: Lane): readonly string[] => (lane.isCacheless ? ['--no-cache'] : []);

function leaving(folder: string, words: readonly string[]): Attempt {
  return { words, done: () => rmSync(folder, { recursive: true, force: true }) };
}

const bound = (lane: string, most: number, of: Bound['of'] = 'ratio'): Bound => ({
  lane: `wheelproof ${lane}`,
  of,
  most,
});

export const CASES: readonly Case[] = [
  {
    name: 'fetch-pip',
    title: 'Fetch phase: `pip download`, FILES files',
    installer: 'pip',
    delay: 20,
    peers: true,
    bounds: [bound('cold', 0.7), bound('warm', 0.4)],
    attempt: pipDownload,
  },
  {
    name: 'fetch-uv',
    title: 'Fetch phase: `uv pip install --target` until all is prepared, FILES files',
    installer: 'uv',
    delay: 20,
    peers: true,
    bounds: [bound('cold', 1.6), bound('warm', 0.8)],
    attempt: uvFetch,
  },
  {
    name: 'install-pip',
    title: 'Full `pip install requests flask`, 12 files',
    installer: 'pip',
    delay: 20,
    peers: true,
    bounds: [bound('cold', 0.8), bound('warm', 0.65), bound('cold', 0.3, 'own')],
    attempt: pipInstall,
  },
  {
    name: 'install-uv',
    title: 'Full `uv pip install requests flask`, 12 files',
    installer: 'uv',
    delay: 20,
    peers: false,
    bounds: [],
    attempt: uvInstall,
  },
  {
    name: 'worst-pip',
    title: 'No round trip (0 ms): `pip download`, FILES files',
    installer: 'pip',
    delay: 0,
    peers: false,
    bounds: [bound('cold', 1.25)],
    attempt: pipDownload,
  },
  {
    name: 'worst-uv',
    title: 'No round trip (0 ms): `uv pip install --target` until all is prepared, FILES files',
    installer: 'uv',
    delay: 0,
    peers: false,
    bounds: [],
    attempt: uvFetch,
  },
];

// SPDX-License-Identifier: Apache-2.0
import type { ListedFile } from '../core/artifact.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { compareVersions, isPrerelease, satisfies } from '../core/version.ts';
import type { ClientPlatform } from './client-platform.ts';
import { wheelFitness } from './wheel-fitness.ts';

/** Releases that are looked at, the newest first, before guessing ends. */
const MAX_RELEASES = 20;

/**
 * The wheel that an installer will most likely take from a page: of the newest release that meets
 * everything known to be wished for, the one that fits its platform best. A guess: nothing follows
 * from it but what is fetched ahead.
 */
export function likelyFile(
  files: readonly ListedFile[],
  specifiers: readonly string[],
  platform: ClientPlatform,
): ListedFile | null {
  const releases = new Map<string, ListedFile[]>();
  for (const file of files) {
    const version = wheelVersion(file.filename);
    if (version === null) continue;
    const known = releases.get(version);
    if (known === undefined) releases.set(version, [file]);
    else known.push(file);
  }
  const specifier = specifiers.join(',');
  const [finals, others] = partition([...releases.keys()]);
  for (const versions of [finals, others]) {
    let looked = 0;
    // Only as many are held against what is wished for as it takes: pages list thousands.
    for (const version of versions.sort((a, b) => compareVersions(b, a))) {
      if (!satisfies(version, specifier)) continue;
      const best = bestOf(releases.get(version) ?? [], platform);
      if (best !== null) return best;
      looked += 1;
      if (looked === MAX_RELEASES) break;
    }
    if (looked > 0) return null;
  }
  return null;
}

function wheelVersion(filename: string): string | null {
  if (!filename.endsWith('.whl')) return null;
  const start = filename.indexOf('-') + 1;
  const end = start === 0 ? -1 : filename.indexOf('-', start);
  return end === -1 ? '' : filename.slice(start, end);
}

function partition(versions: readonly string[]): readonly [finals: string[], others: string[]] {
  const finals: string[] = [];
  const others: string[] = [];
  for (const version of versions) (isPrerelease(version) ? others : finals).push(version);
  return [finals, others];
}

function bestOf(files: readonly ListedFile[], platform: ClientPlatform): ListedFile | null {
  let best: { readonly file: ListedFile; readonly fitness: number } | null = null;
  for (const file of files) {
    const { requiresPython, yanked } = file;
    if (yanked !== false) continue;
    if (requiresPython !== null && !satisfies(platform.pythonFull, requiresPython)) continue;
    const tags = parseDistributionFilename(file.filename)?.tags ?? [];
    const fitness = wheelFitness(tags, platform);
    if (fitness !== null && (best === null || fitness > best.fitness)) best = { file, fitness };
  }
  return best?.file ?? null;
}

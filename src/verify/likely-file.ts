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
  const releases = Map.groupBy(
    files.filter(({ filename }) => filename.endsWith('.whl')),
    ({ filename }) => filename.split('-', 2)[1] ?? '',
  );
  const specifier = specifiers.join(',');
  const wanted = [...releases.keys()].filter((version) => satisfies(version, specifier));
  const final = wanted.filter((version) => !isPrerelease(version));
  const newest = (final.length > 0 ? final : wanted).sort((a, b) => compareVersions(b, a));
  for (const version of newest.slice(0, MAX_RELEASES)) {
    const best = bestOf(releases.get(version) ?? [], platform);
    if (best !== null) return best;
  }
  return null;
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

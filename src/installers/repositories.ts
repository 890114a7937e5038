// SPDX-License-Identifier: Apache-2.0
import { reason, type Reason } from '../core/errors.ts';
import type { Intent } from '../core/installer.ts';
import type { PinReading } from '../core/lockfile.ts';
import {
  readGitAddress,
  repositoryKey,
  rewritten,
  type AddressRewrite,
  type StatedSource,
} from '../core/repository.ts';
import { safeText } from '../core/safe-text.ts';
import type { GitKeys } from './git-settings.ts';

/** What a requirement or lock file takes from repositories; of a lock, at the commit that it states. */
export function sourcesIn(reading: Pick<PinReading, 'packages' | 'urls'>): readonly StatedSource[] {
  const named = reading.packages.flatMap(({ name, place, where }) => {
    const source = place?.kind === 'vcs' ? readGitAddress(place.url) : null;
    return source === null ? [] : [{ ...source, project: name, where }];
  });
  const bare = reading.urls.flatMap(({ url, kind, where }) => {
    const source = kind === 'vcs' ? readGitAddress(url) : null;
    const isNamed = (one: StatedSource): boolean =>
      one.where === where && one.repository === source?.repository;
    return source === null || named.some(isNamed) ? [] : [{ ...source, project: null, where }];
  });
  return [...named, ...bare];
}

export interface SourcesFound {
  readonly sources: readonly StatedSource[];
  readonly restated: () => Promise<readonly StatedSource[]>;
}

type Led = Required<Pick<Intent, 'sources' | 'restated' | 'rewrites'>>;

/**
 * What git's own configuration makes of repositories that the run asks for: told where it leads to
 * another host, refused where it leads past the gate.
 */
export function leadByGit(
  { sources, restated }: SourcesFound,
  git: GitKeys,
): { readonly led: Led; readonly notes: readonly string[]; readonly refusals: readonly Reason[] } {
  const rewrites = git?.rewrites ?? [];
  const notes = new Set<string>();
  const refusals = new Map<string, Reason>();
  for (const { repository } of sources) {
    for (const address of [repository, `${repository}.git`]) {
      const there = rewritten(address, rewrites);
      if (there === address) continue;
      const rule = ruleOf(address, rewrites);
      if (/^https:/iu.test(there)) {
        notes.add(
          `git's configuration (${rule}) leads ${repository} to ${safeText(repositoryKey(there) ?? there, 200)}`,
        );
        continue;
      }
      const message = `git's configuration (${rule}) leads ${repository} to ${safeText(there, 200)}, which does not pass the gate; https: does`;
      refusals.set(rule, reason('WP-BYPASS-CONFIG', message));
    }
  }
  return {
    led: { sources, restated, rewrites },
    notes: [...notes],
    refusals: [...refusals.values()],
  };
}

function ruleOf(address: string, rewrites: readonly AddressRewrite[]): string {
  const fits = rewrites.filter(({ insteadOf }) => address.startsWith(insteadOf));
  const [rule] = fits.toSorted((a, b) => b.insteadOf.length - a.insteadOf.length);
  return safeText(`url.${rule?.base ?? ''}.insteadOf`, 200);
}

// SPDX-License-Identifier: Apache-2.0
import { dirname } from 'node:path';
import type { FoundDistribution } from '../core/host.ts';
import type { HalfInstalled } from '../core/report.ts';
import { withoutSecrets } from '../report/index.ts';
import type { Judged } from '../verify/index.ts';

export interface Remains {
  readonly judged: readonly Judged[];
  /** At the top of a folder, belonging to nothing; absolute. */
  readonly unlisted: readonly string[];
  readonly vanished: readonly FoundDistribution[];
  /** What the installer was called with. */
  readonly words: readonly string[];
}

/** What an installer left that did not come to its end, folder by folder, and how to mend it. */
export function halfInstalled({ judged, unlisted, vanished, words }: Remains): HalfInstalled[] {
  const unfinished = judged.filter((one) => one.unfinished !== null);
  const sites = new Set([
    ...unfinished.map(({ found }) => dirname(found.distInfo)),
    ...unlisted.map((path) => dirname(path)),
    ...vanished.map(({ distInfo }) => dirname(distInfo)),
  ]);
  return [...sites].map((site) => {
    const here = unfinished.filter(({ found }) => dirname(found.distInfo) === site);
    const stray = unlisted.filter((path) => dirname(path) === site);
    const wrong = here.flatMap((one) => one.unfinished ?? []);
    const missing = new Set(here.flatMap(({ comparison }) => comparison.missing));
    const remove = [...here.map(({ found }) => found.distInfo), ...stray];
    const broken = wrong.filter((path) => !missing.has(path));
    return {
      site,
      distributions: here.map(({ found }) => named(found)),
      files: [...new Set([...remove, ...broken])],
      missing: [...missing],
      gone: vanished.filter(({ distInfo }) => dirname(distInfo) === site).map(named),
      repair: repairWith(remove, words),
    };
  });
}

function named({ name, version }: FoundDistribution): string {
  return `${name} ${version}`;
}

/** Without their `.dist-info`, installers take distributions for missing and write every file anew. */
function repairWith(remove: readonly string[], words: readonly string[]): string {
  const install = ['wheelproof', ...withoutSecrets(words)].map(quoted).join(' ');
  return remove.length === 0 ? install : `rm -r -- ${remove.map(quoted).join(' ')} && ${install}`;
}

/** As a POSIX shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

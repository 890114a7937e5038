// SPDX-License-Identifier: Apache-2.0
import type { Intent } from '../core/installer.ts';
import type { JailLevel } from '../core/report.ts';
import type { JailWish } from '../host/index.ts';

/**
 * What is tried: what was asked for; without a word, the best for what installs, and nothing where
 * nothing is fetched or where a program of the user's own runs, which may want its network.
 */
export function wishFor(asked: JailWish, { fetches, runsProgram }: Intent): JailWish {
  if (asked !== 'auto') return asked;
  return fetches && runsProgram !== true ? 'auto' : 'off';
}

const PROXY_ONLY = 'proxy only: programs that ignore the proxy settings could go round';

/** What to say of a jail that is not the complete one; `null` where there is nothing to say. */
export function jailNote(
  asked: JailWish,
  { fetches, runsProgram }: Intent,
  { level, obstacles }: { readonly level: JailLevel; readonly obstacles: readonly string[] },
): string | null {
  if (level === 'namespace' || !fetches) return null;
  if (level === 'landlock') {
    const why = obstacles.length === 0 ? '' : ` (${obstacles.join('; ')})`;
    return `Landlock jail: stops ordinary TCP connections; UDP and rarer ways could go round${why}`;
  }
  if (asked === 'off') return `${PROXY_ONLY} (--jail off)`;
  if (runsProgram === true) {
    return `${PROXY_ONLY} (the program that is run keeps its network; --jail namespace takes it away)`;
  }
  return `${PROXY_ONLY} (${obstacles.join('; ')})`;
}

// SPDX-License-Identifier: Apache-2.0
import type { JailWish } from '../host/index.ts';
import { note, type Check, type Surroundings } from './doctor-check.ts';
import { distinctInstallers, type FoundInstaller, type InstallerKind } from './doctor-programs.ts';
import { tryInstaller } from './doctor-self-test.ts';
import { judgeTrials, resultOf, type SelfTestResult } from './doctor-trials.ts';
import type { Wiring } from './wiring.ts';

/** At most so many installers are tried: each takes some seconds. */
const MOST_TRIED = 6;
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Tried {
  readonly checks: readonly Check[];
  readonly results: readonly SelfTestResult[];
  readonly interrupted: boolean;
}

export const NOT_TRIED: Tried = {
  checks: [note(['self-test', 'self-test'], 'left out (--no-self-test): nothing is proved')],
  results: [],
  interrupted: false,
};

interface Means {
  readonly around: Surroundings;
  readonly jail: JailWish;
  readonly wiring: Wiring;
}

/** The self-test of each installer. Whoever ends it early leaves nothing behind either. */
export async function tryInstallers(
  means: Means,
  found: readonly FoundInstaller[],
  chosen: Readonly<Record<InstallerKind, string | null>>,
): Promise<Tried> {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  for (const signal of ENDING) process.on(signal, end);
  try {
    return await tryEach({ ...means, stop: controller.signal }, found, chosen);
  } finally {
    for (const signal of ENDING) process.off(signal, end);
  }
}

async function tryEach(
  means: Means & { readonly stop: AbortSignal },
  found: readonly FoundInstaller[],
  chosen: Readonly<Record<InstallerKind, string | null>>,
): Promise<Tried> {
  const { machine, environment, directory } = means.around;
  const checks: Check[] = [];
  const results: SelfTestResult[] = [];
  const all = distinctInstallers(found);
  const known = found.find(({ interpreter }) => interpreter !== null)?.interpreter ?? null;
  const python = known ?? (await machine.findProgram('python3', environment, directory));
  for (const one of all.slice(0, MOST_TRIED)) {
    const trials = await tryInstaller({ ...means, python }, one);
    if (trials === null) {
      checks.push(note(['self-test', 'self-test'], 'interrupted: nothing more is proved'));
      return { checks, results, interrupted: true };
    }
    checks.push(judgeTrials(one, trials, one.words[0] === chosen[one.kind]));
    results.push(resultOf(one, trials));
  }
  for (const one of all.slice(MOST_TRIED)) {
    checks.push(note(['self-test', one.words.join(' ')], `not tried: ${MOST_TRIED} others were`));
  }
  if (all.length === 0) checks.push(note(['self-test', 'self-test'], 'no installer to try'));
  return { checks, results, interrupted: false };
}

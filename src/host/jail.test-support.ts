// SPDX-License-Identifier: Apache-2.0
import type { JailLevel } from '../core/report.ts';
import { jailInterpreters } from './jail-interpreters.ts';
import { runJailed, type Jail } from './jail.ts';
import type { ChildCall } from './processes.ts';

/** A call whose output is kept. */
export const calling = (program: string, ...argv: readonly string[]): ChildCall => ({
  program,
  argv,
  environment: { WORD: 'said', LANG: 'C', PATH: '/usr/bin:/bin' },
  directory: '/',
  stdio: 'capture',
});

/** A jail around nothing in particular. */
export function jailFor(over: Partial<Jail>): Jail {
  return {
    wish: 'auto',
    port: 9,
    interpreters: () => jailInterpreters(calling('/bin/true'), []),
    receive: (door) => void door.close(),
    ...over,
  };
}

/** Why a level cannot be tried on this machine; `null` where it can. */
export async function whyNot(level: Exclude<JailLevel, 'none'>): Promise<string | null> {
  try {
    const { child } = await runJailed(calling('/bin/true'), jailFor({ wish: level }));
    await child.done;
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** For the title of tests that stand aside. */
export function because(reason: string | null): string {
  return reason === null ? '' : ` (not here: ${reason})`;
}

// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../src/core/report.ts';
import type { Environment } from '../world/environments.ts';
import { runProgram } from '../world/programs.ts';
import type { WiringName } from './defences.ts';
import { makeProgram } from './program.ts';

/** How a run through the gate ended. */
export interface Guarded {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** `null` where no report was written or it could not be read. */
  readonly report: Report | null;
  /** As it lies on disk: for looking for secrets. */
  readonly reportText: string;
  readonly milliseconds: number;
  /** How often the world had been asked for anything when the gate was killed. */
  readonly killedAfter?: number;
}

export interface Knock {
  readonly environment: Environment;
  /** The installer and its arguments. */
  readonly words: readonly string[];
  /** Our own options. */
  readonly own?: readonly string[];
  /** Another wiring than the shipped one. */
  readonly wiring?: WiringName;
  /** `trusted_root.json` of the Sigstore to believe; the one that we ship where absent. */
  readonly trustedRoot?: string;
  readonly directory?: string;
  /** A command of ours: no installer, no report. */
  readonly bare?: boolean;
  readonly watch?: (child: ChildProcess) => void;
}

/** Runs the real command line, as its own process, in front of the real installer. */
export async function runGuarded(knock: Knock): Promise<Guarded> {
  const { environment } = knock;
  const file = join(environment.root, 'report.json');
  await rm(file, { force: true });
  const { main, rewired } = await makeProgram();
  const rootFile =
    knock.trustedRoot === undefined ? '' : join(environment.root, 'trusted-root.json');
  if (knock.trustedRoot !== undefined) await writeFile(rootFile, knock.trustedRoot);
  const other = knock.wiring !== undefined || rootFile !== '';
  const entry = other ? [rewired, knock.wiring ?? 'as shipped', rootFile] : [main];
  const words = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    ...entry,
    ...(knock.own ?? []),
    ...(knock.bare === true ? [] : ['--report', file]),
    ...knock.words,
  ];
  const ended = await runProgram(words, {
    environment: environment.variables,
    directory: knock.directory ?? environment.directory,
    ...(knock.watch === undefined ? {} : { watch: knock.watch }),
  });
  const reportText = await readFile(file, 'utf8').catch(() => '');
  return { ...ended, reportText, report: parseReport(reportText) };
}

/** The installer alone, as it is without us. */
export async function runPlain(environment: Environment, words: readonly string[]) {
  const { variables, directory } = environment;
  return await runProgram(words, { environment: variables, directory });
}

function parseReport(text: string): Report | null {
  if (text === '') return null;
  const report: Report = JSON.parse(text);
  return report;
}

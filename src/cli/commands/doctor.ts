// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';

export interface DoctorOptions {
  readonly json?: true;
  readonly selfTest: boolean;
  /** `true`: without an address. */
  readonly online?: true | string;
}

/** `wheelproof doctor`: whether installers are held on this machine, proved by trying. */
export function registerDoctorCommand(
  program: Command,
  examine: (options: DoctorOptions) => Promise<void>,
): void {
  program
    .command('doctor')
    .description('say whether installers are held on this machine, and try it with a changed file')
    .option('--json', 'print JSON')
    .option('--no-self-test', 'install nothing, not even the two files of the self-test')
    .option('--online [url]', 'ask a configured index, or this address, what time it is')
    .action(async (options: DoctorOptions) => examine(options));
}

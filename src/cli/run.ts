// SPDX-License-Identifier: Apache-2.0
import { asRefusal } from '../core/errors.ts';
import { exitCodeOf } from '../core/refusal-class.ts';
import type { EarlyLaunch } from '../host/index.ts';
import { parseCommandLine } from './own-options.ts';
import { describeRefusal } from './describe-refusal.ts';
import { standardOutput } from './standard-output.ts';
import { ownVersion } from './version.ts';
import type { Wiring } from './wiring.ts';

/** Our own commands; every other first word is an installer. */
export const COMMANDS = [
  'trust',
  'policy',
  'index',
  'lock',
  'explain',
  'doctor',
  'cache',
  'tuf',
  'pins',
  'release',
  'verify',
  'init',
  'completion',
  'help',
] as const;

/**
 * One run of the command line. @returns the exit code; every failure is told, none is thrown.
 * @param early a jail's launcher that was started beforehand; it ends where none is wanted.
 */
export async function run(
  argv: readonly string[],
  wiring: Wiring = {},
  early: EarlyLaunch | null = null,
): Promise<number> {
  const output = standardOutput();
  try {
    const { options, words } = parseCommandLine(argv);
    if (options.version) {
      output.out(`wheelproof ${ownVersion()}\n`);
      return 0;
    }
    const [first] = words;
    const isCommand = COMMANDS.some((command) => command === first);
    if (options.help || first === undefined || isCommand) {
      const { runCommand } = await import('./commands.ts');
      const bare = first === undefined || (first === 'help' && words.length === 1);
      return await runCommand(options.help || bare ? ['--help'] : words, options, output);
    }
    const { wrap } = await import('./wrap.ts');
    const wrapCall = {
      words,
      options,
      environment: process.env,
      directory: process.cwd(),
      output,
      interactive: process.stdin.isTTY && process.stderr.isTTY,
      early,
    };
    return await wrap(wrapCall, wiring);
  } catch (thrown) {
    const refusal = asRefusal(thrown, 'wheelproof');
    output.err(describeRefusal(refusal));
    return exitCodeOf(refusal.class);
  } finally {
    early?.dismiss();
  }
}

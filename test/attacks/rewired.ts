// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { describeRefusal } from '../../src/cli/describe-refusal.ts';
import { parseCommandLine } from '../../src/cli/own-options.ts';
import { standardOutput } from '../../src/cli/standard-output.ts';
import { wrap } from '../../src/cli/wrap.ts';
import { asRefusal } from '../../src/core/errors.ts';
import { exitCodeOf } from '../../src/core/refusal-class.ts';
import type { Wiring } from '../../src/cli/wiring.ts';
import type { EarlyLaunch } from '../../src/host/index.ts';
import { wiringCalled } from './defences.ts';

/**
 * Stands in a bundle for src/cli/run.ts: the wrapper as it is, but for the one piece of wiring that
 * the first word names, and for the trusted root in the file that the second names (none where empty).
 */
export async function run(
  words: readonly string[],
  _asShipped: Wiring,
  early: EarlyLaunch | null,
): Promise<number> {
  const [name = '', rootFile = '', ...argv] = words;
  const { forgetful, unjailed, ...wiring } = wiringCalled(name);
  const elsewhere = forgetful ? { XDG_DATA_HOME: `${process.env['HOME']}/forgetful` } : {};
  const world = async () => [
    { name: 'world', bytes: await readFile(rootFile), checkedAt: Date.now() },
  ];
  const trusting: Wiring = rootFile === '' ? {} : { trustedRoots: () => world };
  const output = standardOutput();
  try {
    const { options, words: wrapped } = parseCommandLine(argv);
    const wrapCall = {
      words: wrapped,
      options: unjailed ? { ...options, jail: 'off' as const } : options,
      environment: { ...process.env, ...elsewhere },
      directory: process.cwd(),
      output,
      interactive: false,
      early,
    };
    return await wrap(wrapCall, { ...trusting, ...wiring });
  } catch (thrown) {
    const refusal = asRefusal(thrown, 'wheelproof');
    output.err(describeRefusal(refusal));
    return exitCodeOf(refusal.class);
  } finally {
    early?.dismiss();
  }
}

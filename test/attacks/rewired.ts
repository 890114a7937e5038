// SPDX-License-Identifier: Apache-2.0
import { describeRefusal } from '../../src/cli/describe-refusal.ts';
import { parseCommandLine } from '../../src/cli/own-options.ts';
import { standardOutput } from '../../src/cli/standard-output.ts';
import { wrap } from '../../src/cli/wrap.ts';
import { asRefusal } from '../../src/core/errors.ts';
import { exitCodeOf } from '../../src/core/refusal-class.ts';
import { wiringCalled } from './defences.ts';

// The wrapper as it is, but for the one piece of wiring that the first argument names.
const [, , name = '', ...argv] = process.argv;
const { forgetful, unjailed, ...wiring } = wiringCalled(name);
const elsewhere = forgetful ? { XDG_DATA_HOME: `${process.env['HOME']}/forgetful` } : {};
const output = standardOutput();
try {
  const { options, words } = parseCommandLine(argv);
  const wrapCall = {
    words,
    options: unjailed ? { ...options, jail: 'off' as const } : options,
    environment: { ...process.env, ...elsewhere },
    directory: process.cwd(),
    output,
    interactive: false,
  };
  process.exitCode = await wrap(wrapCall, wiring);
} catch (thrown) {
  const refusal = asRefusal(thrown, 'wheelproof');
  output.err(describeRefusal(refusal));
  process.exitCode = exitCodeOf(refusal.class);
}

// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { exitCodeOf } from '../core/refusal-class.ts';
import { describeRefusal } from './describe-refusal.ts';
import type { Output } from './show-report.ts';

/** The real streams; colours and width only where standard error is a terminal. */
export function standardOutput(): Output {
  const terminal = process.stderr.isTTY;
  process.stdout.on('error', (error) => endWithout('standard output', error));
  process.stderr.on('error', (error) => endWithout('standard error', error));
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    surface: {
      width: terminal ? process.stderr.columns : null,
      colour: terminal && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
    },
  };
}

let told = false;

/** `| head` has read enough: nobody is there to be told. A full disk is told, and once. */
function endWithout(stream: string, error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || told) return;
  told = true;
  const message = `${stream} could not be written (${error.code ?? error.message})`;
  const refusal = new Refusal('WP-STATE-DISK', { message, cause: error });
  process.once('exit', () => (process.exitCode = exitCodeOf(refusal.class)));
  if (stream !== 'standard error') process.stderr.write(describeRefusal(refusal));
}

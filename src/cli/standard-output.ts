// SPDX-License-Identifier: Apache-2.0
import type { Output } from './show-report.ts';

/** The real streams; colours and width only where standard error is a terminal. */
export function standardOutput(): Output {
  const terminal = process.stderr.isTTY;
  process.stdout.on('error', endQuietly);
  process.stderr.on('error', endQuietly);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    surface: {
      width: terminal ? process.stderr.columns : null,
      colour: terminal && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
    },
  };
}

/** `| head` has read enough: nobody is there to be told. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

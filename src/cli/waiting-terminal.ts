// SPDX-License-Identifier: Apache-2.0
import type { Intent } from '../core/installer.ts';
import { monotonicMs } from '../core/monotonic.ts';
import type { OwnOptions } from './own-options.ts';
import type { Output } from './show-report.ts';
import { WaitingDisplay } from './waiting-display.ts';

const NARROWEST = 40;
const QUIET = /^(?:-[a-zA-Z]*q[a-zA-Z]*|--quiet|--progress-bar=(?:off|raw))$/u;

/**
 * A line for held files, where somebody looks and the installer is silent while it waits: one that
 * asks for one thing after the other (pip). uv draws itself, all the time, in rows that it counts.
 */
export function waitingDisplayFor(run: {
  readonly output: Output;
  readonly options: OwnOptions;
  readonly intent: Intent;
  readonly argv: readonly string[];
}): WaitingDisplay | null {
  const { output, options, intent, argv } = run;
  const { width } = output.surface;
  const isSeen = width !== null && width >= NARROWEST && output.childStdio === undefined;
  if (!isSeen || options.quiet || intent.sequential === undefined) return null;
  if (process.env['TERM'] === 'dumb' || asksForQuiet(argv)) return null;
  return new WaitingDisplay({
    write: (text) => output.err(text),
    width: () => process.stderr.columns,
    now: monotonicMs,
    repeat: (milliseconds, call) => {
      const timer = setInterval(call, milliseconds);
      return () => clearInterval(timer);
    },
  });
}

function asksForQuiet(argv: readonly string[]): boolean {
  return argv.some(
    (word, at) => QUIET.test(word) || (word === 'off' && argv[at - 1] === '--progress-bar'),
  );
}

// SPDX-License-Identifier: Apache-2.0
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { Report, Surface } from '../core/report.ts';
import type { ChildStdio } from '../host/index.ts';
import { formatNamed } from '../report/index.ts';
import type { OwnOptions } from './own-options.ts';

/** Where words go. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
  readonly surface: Surface;
  /** How the installer is connected, where it is not the user's own terminal. */
  readonly childStdio?: ChildStdio;
  readonly captured?: (text: { readonly stdout: string; readonly stderr: string }) => void;
}

/**
 * The report for people on standard error, after the installer's own words; JSON where asked.
 * @throws Refusal `WP-STATE-DISK` where the report's file cannot be written.
 */
export async function showReport(
  report: Report,
  options: OwnOptions,
  output: Output,
  silent: boolean,
): Promise<void> {
  const refused =
    report.refusals.length > 0 || report.files.some(({ reasons }) => reasons.length > 0);
  if (!silent && (!options.quiet || refused)) {
    output.err(formatNamed('terminal').render(report, output.surface));
  }
  if (options.report === null) return;
  const json = formatNamed('json').render(report, output.surface);
  if (options.report === '-') output.out(json);
  else await writeReport(path.resolve(options.report), json);
}

async function writeReport(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal('WP-STATE-DISK', {
      message: `the report could not be written: ${why}`,
      cause,
    });
  }
}

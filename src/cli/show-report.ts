// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { access, constants, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { Report, Surface } from '../core/report.ts';
import { safeText } from '../core/safe-text.ts';
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

/** Before anything is started: whether the report will have a place. @throws Refusal `WP-USAGE` */
export async function verifyReportPlace(report: string | null): Promise<void> {
  if (report === null || report === '-') return;
  const file = path.resolve(report);
  try {
    const found = await stat(file).catch(() => null);
    if (found?.isDirectory() === true) throw new Error('it is a folder');
    await access(found === null ? path.dirname(file) : file, constants.W_OK);
  } catch (cause) {
    throw new Refusal('WP-USAGE', {
      message: `--report: ${safeText(report, 300)} cannot be written: ${whyOf(cause)}`,
      hint: 'Name a file in a folder that you may write in; nothing was started.',
      cause,
    });
  }
}

/** The whole report or none, but for pipes and devices, which are written as they are. */
async function writeReport(file: string, text: string): Promise<void> {
  const found = await stat(file).catch(() => null);
  const draft =
    found === null || found.isFile() ? `${file}.${randomBytes(8).toString('hex')}.part` : null;
  try {
    await writeFile(draft ?? file, text);
    if (draft !== null) await rename(draft, file);
  } catch (cause) {
    if (draft !== null) await rm(draft, { force: true });
    throw new Refusal('WP-STATE-DISK', {
      message: `the report could not be written: ${whyOf(cause)}`,
      cause,
    });
  }
}

function whyOf(cause: unknown): string {
  return safeText(cause instanceof Error ? cause.message : String(cause), 300);
}

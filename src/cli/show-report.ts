// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, appendFile, constants, rename, rm, stat, writeFile } from 'node:fs/promises';
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
  await writeReports(report, options, output);
}

/** What other programs read. @throws Refusal `WP-STATE-DISK` where a file cannot be written */
export async function writeReports(
  report: Report,
  { report: place, ci }: Pick<OwnOptions, 'report' | 'ci'>,
  output: Output,
): Promise<void> {
  const render = (format: string): string =>
    formatNamed(format).render(report, { ...output.surface, sources: sourcesHere() });
  if (ci.github) output.err(render('github'));
  if (place === '-') output.out(render('json'));
  else if (place !== null) await writeReport(path.resolve(place), render('json'));
  if (ci.sarif !== null) await writeReport(path.resolve(ci.sarif), render('sarif'));
  if (ci.summary !== null) await addToSummary(path.resolve(ci.summary), render('markdown'));
}

/** All sources lie in the clone that the working folder belongs to. */
function sourcesHere(): { readonly directory: string; readonly root: string } {
  const directory = process.cwd();
  let root = directory;
  while (!existsSync(path.join(root, '.git'))) {
    const above = path.dirname(root);
    if (above === root) return { directory, root: directory };
    root = above;
  }
  return { directory, root };
}

/** Before anything is started: whether what is asked for has a place. @throws Refusal `WP-USAGE` */
export async function verifyReportPlaces({
  report,
  ci: { sarif, summary, events },
}: Pick<OwnOptions, 'report' | 'ci'>): Promise<void> {
  const asked = { '--report': report, '--sarif': sarif, '--summary': summary, '--events': events };
  for (const [option, place] of Object.entries(asked)) {
    const isStream = place === '-' && (option === '--report' || option === '--events');
    if (place !== null && !isStream) await verifyPlace(option, place);
  }
}

async function verifyPlace(option: string, report: string): Promise<void> {
  const file = path.resolve(report);
  try {
    const found = await stat(file).catch(() => null);
    if (found?.isDirectory() === true) throw new Error('it is a folder');
    await access(found === null ? path.dirname(file) : file, constants.W_OK);
  } catch (cause) {
    throw new Refusal('WP-USAGE', {
      message: `${option}: ${safeText(report, 300)} cannot be written: ${whyOf(cause)}`,
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

/** Services give one file to all steps of a job: each adds its own. */
async function addToSummary(file: string, text: string): Promise<void> {
  try {
    const found = await stat(file).catch(() => null);
    await appendFile(file, found === null || found.size === 0 ? text : `\n${text}`);
  } catch (cause) {
    throw new Refusal('WP-STATE-DISK', {
      message: `the summary could not be written: ${whyOf(cause)}`,
      cause,
    });
  }
}

function whyOf(cause: unknown): string {
  return safeText(cause instanceof Error ? cause.message : String(cause), 300);
}

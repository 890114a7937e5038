// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { readFile, stat } from 'node:fs/promises';
import type { IndexPage } from '../../core/artifact.ts';
import { Refusal } from '../../core/errors.ts';
import { MAX_PAGE_BYTES } from '../../core/limits.ts';
import { isProjectName } from '../../core/project-name.ts';
import { safeText } from '../../core/safe-text.ts';

export interface IndexCommandIo {
  stdin(): Promise<Uint8Array>;
  out(text: string): void;
}

interface ParseOptions {
  readonly baseUrl: string;
  readonly project?: string;
  readonly contentType?: string;
  readonly json?: boolean;
}

/** `wheelproof index parse`: the model of any index page, as wheelproof reads it. */
export function registerIndexCommand(program: Command, io: IndexCommandIo): void {
  program
    .command('index')
    .description('look at index pages as wheelproof reads them')
    .command('parse')
    .description('print the model of an index page, in HTML or JSON')
    .argument('<file>', 'the page, or - for standard input')
    .requiredOption('--base-url <url>', 'where the page is said to come from')
    .option('--project <name>', 'the project that was asked for')
    .option('--content-type <type>', 'what the server said it is; told by its content where absent')
    .option('--json', 'print JSON')
    .action(async (file: string, options: ParseOptions) => {
      const page = await readPage(file, options, io);
      const { jsonOf, tableOf } = await import('./index-page-text.ts');
      for (const text of options.json === true ? jsonOf(page) : tableOf(page)) io.out(text);
    });
}

/** @throws Refusal as the page's reader says; `WP-USAGE`, `WP-NAME-LOOKALIKE`, `WP-LIMIT-SIZE` */
async function readPage(
  file: string,
  { baseUrl, project, contentType }: ParseOptions,
  io: IndexCommandIo,
): Promise<IndexPage> {
  const url = URL.parse(baseUrl);
  if (url === null || !/^https?:$/u.test(url.protocol)) {
    const message = `--base-url: expected an https address, found ${safeText(baseUrl, 200)}`;
    throw new Refusal('WP-USAGE', { message });
  }
  if (project !== undefined) requireProjectName(project);
  const body = file === '-' ? await io.stdin() : await readBounded(file);
  const { parsePage } = await import('../../index/index.ts');
  return parsePage({
    body,
    contentType: contentType ?? null,
    url: url.href,
    project: project ?? null,
  });
}

function requireProjectName(name: string): void {
  if (isProjectName(name)) return;
  // oxlint-disable-next-line no-control-regex -- every character outside printable ASCII
  const code = /[^\u0020-\u007e]/u.test(name) ? 'WP-NAME-LOOKALIKE' : 'WP-USAGE';
  const message = `--project: expected a project's name, found ${safeText(name, 200)}`;
  throw new Refusal(code, { message });
}

async function readBounded(file: string): Promise<Uint8Array> {
  const name = safeText(file, 300);
  try {
    const { size } = await stat(file);
    if (size <= MAX_PAGE_BYTES) return await readFile(file);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${name} cannot be read: ${safeText(why, 300)}`;
    throw new Refusal('WP-USAGE', { message, cause });
  }
  const message = `${name} is longer than ${MAX_PAGE_BYTES} bytes`;
  throw new Refusal('WP-LIMIT-SIZE', { message });
}

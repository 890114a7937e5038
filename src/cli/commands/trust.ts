// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import {
  approveBytes,
  forget,
  withdraw,
  type ApproveOptions,
  type ForgetOptions,
} from '../trust-change.ts';
import { accept, type AcceptOptions } from '../trust-accept.ts';
import type { Json, TrustContext, TrustIo } from '../trust-context.ts';
import { exportAll, importAll } from '../trust-exchange.ts';
import { forgetPage, type ForgetPageOptions } from '../trust-pages.ts';
import { list, show } from '../trust-look.ts';

/** `wheelproof trust …`: what this machine remembers, and what people have said of files. */
export function registerTrustCommand(
  program: Command,
  open: () => Promise<TrustContext>,
  io: TrustIo,
): void {
  const trust = program
    .command('trust')
    .description('show, approve, forget, export and import what this machine remembers of files');
  const json = ['--json', 'print JSON'] as const;
  trust
    .command('list')
    .description('list remembered files and approvals')
    .option('--project <name>', 'only of this project')
    .option(...json)
    .action(async (options: Json & { project?: string }) => list(await open(), io, options));
  trust
    .command('show <project|filename|sha256:hex>')
    .description('show everything that is known of a project, a file or a hash')
    .option(...json)
    .action(async (word: string, options: Json) => show(await open(), io, word, options));
  trust
    .command('approve <file|sha256:hex>')
    .description('write down that you vouch for exactly these bytes')
    .requiredOption('--reason <text>', 'why')
    .option('--owner <name>', 'who says so (default: you)')
    .option('--project <name>', 'only under this name')
    .option('--expires <when>', '30d, a day (2027-01-31) or a moment (2027-01-31T12:00:00Z)')
    .option(...json)
    .action(async (word: string, options: ApproveOptions) =>
      approveBytes(await open(), io, word, options),
    );
  trust
    .command('accept <project==version>')
    .description('say that from this release on somebody else publishes the project, or nobody')
    .requiredOption('--reason <text>', 'why')
    .option('--publisher <who>', 'who, as the report writes it')
    .option('--unattested', 'it comes without attestations')
    .option('--withdraw', 'take back what was accepted for this release')
    .option('--owner <name>', 'who says so (default: you)')
    .option(...json)
    .action(async (release: string, options: AcceptOptions) =>
      accept(await open(), io, release, options),
    );
  trust
    .command('forget <filename|project==version|git+url@revision>')
    .description('forget files, or what a tag named, so that others may come under their names')
    .requiredOption('--reason <text>', 'why')
    .option('--index <url>', 'only those of this index')
    .option(...json)
    .action(async (word: string, options: ForgetOptions) =>
      forget(await open(), io, word, options),
    );
  trust
    .command('forget-page <project>')
    .description('forget what index pages said of a project: what they say next is taken as first')
    .requiredOption('--reason <text>', 'why')
    .option('--index <url>', 'only of this index')
    .option(...json)
    .action(async (word: string, options: ForgetPageOptions) =>
      forgetPage(await open(), io, word, options),
    );
  trust
    .command('withdraw <sha256:hex>')
    .description('take approvals back')
    .option('--project <name>', 'only the one under this name')
    .option(...json)
    .action(async (word: string, options: Json & { project?: string }) =>
      withdraw(await open(), io, word, options),
    );
  trust
    .command('export [file]')
    .description('write everything as one JSON document; - is standard output')
    .action(async (file: string | undefined) => exportAll(await open(), io, file ?? '-'));
  trust
    .command('import <file>')
    .description('merge an exported document; - is standard input')
    .option(...json)
    .action(async (file: string, options: Json) => importAll(open, io, file, options));
}

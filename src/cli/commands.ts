// SPDX-License-Identifier: Apache-2.0
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { CODES } from '../core/codes.ts';
import type { Report } from '../core/report.ts';
import { Refusal } from '../core/errors.ts';
import { thisMachine } from '../host/index.ts';
import { exitCodeOf } from '../core/refusal-class.ts';
import { registerCacheCommand } from './commands/cache.ts';
import { registerCompletionCommand } from './commands/completion.ts';
import { registerDoctorCommand, type DoctorOptions } from './commands/doctor.ts';
import { registerExplainCommand } from './commands/explain.ts';
import { registerIndexCommand } from './commands/index-parse.ts';
import { registerLockCommand } from './commands/lock.ts';
import { registerInitCommand } from './commands/init.ts';
import { registerPinsCommand } from './commands/pins.ts';
import { registerPolicyCommand } from './commands/policy.ts';
import { registerReleaseCommand } from './commands/release.ts';
import { registerTrustApprovalCommand } from './commands/trust-approval.ts';
import { registerTrustCommand } from './commands/trust.ts';
import { registerTrustKeyCommand } from './commands/trust-key.ts';
import { registerTrustRootCommand } from './commands/trust-root.ts';
import { registerTufCommand } from './commands/tuf.ts';
import { registerVerifyCommand } from './commands/verify.ts';
import { openHeldKeys } from './held-signers.ts';
import { takeWriterLock } from '../storage/index.ts';
import { installersHere } from './installers.ts';
import { isOwnOption, type OwnOptions } from './own-options.ts';
import { writeEvents } from './event-stream.ts';
import { verifyReportPlaces, writeReports, type Output } from './show-report.ts';
import { openHeldRoots } from './trusted-roots.ts';
import { ownVersion } from './version.ts';
import { clockOf, currentOwner, findPlaces, openKeptPages, openPolicy, openTrust } from './wire.ts';
import type { Wiring } from './wiring.ts';

/** @returns the exit code. @throws Refusal as the commands say; `WP-USAGE` for words that are not understood. */
export async function runCommand(
  words: readonly string[],
  options: OwnOptions,
  output: Output,
  wiring: Wiring = {},
): Promise<number> {
  await verifyReportUse(words, options);
  const program = describe(output);
  const environment = process.env;
  let exit = 0;
  const closers: (() => void)[] = [];
  const policyFrom = (file: string | null) =>
    openPolicy({ directory: process.cwd(), environment, file, strict: options.strict }, {});
  const rows = () => {
    const opened = openTrust(findPlaces(environment), clockOf({}));
    closers.push(() => opened.close());
    return opened;
  };
  /** To be changed by one process at a time. */
  const openRoots = async () => {
    const roots = await openHeldRoots(findPlaces(environment));
    const lock = takeWriterLock(join(findPlaces(environment).data, 'roots', 'lock'));
    closers.push(() => lock.close());
    return roots;
  };
  const io = {
    out: (text: string) => output.out(text),
    err: (text: string) => output.err(text),
    stdin: readStandardInput,
    stdinIsTerminal: process.stdin.isTTY,
  };
  registerTrustCommand(
    program,
    async () => ({
      rows: rows(),
      pageCopies: () => openKeptPages(findPlaces(environment)),
      keys: async () => await openHeldKeys(findPlaces(environment)),
      clock: clockOf({}),
      owner: currentOwner(environment),
    }),
    io,
  );
  registerTrustKeyCommand(
    program,
    async () => ({
      rows: rows(),
      clock: clockOf({}),
      owner: currentOwner(environment),
      keys: await openHeldKeys(findPlaces(environment)),
    }),
    io,
  );
  registerTrustApprovalCommand(
    program,
    () => ({
      rows: rows(),
      clock: clockOf({}),
      keys: async () => await openHeldKeys(findPlaces(environment)),
      owner: currentOwner(environment),
      environment,
    }),
    io,
  );
  registerReleaseCommand(program, () => ({ environment, directory: process.cwd(), io }));
  registerTrustRootCommand(
    program,
    async () => ({
      rows: rows(),
      clock: clockOf({}),
      owner: currentOwner(environment),
      environment,
      roots: await openRoots(),
    }),
    io,
  );
  registerPolicyCommand(program, async (file) => policyFrom(file ?? options.policyFile), io, rows);
  registerIndexCommand(program, io);
  registerExplainCommand(
    program,
    async () => ({
      rows: rows(),
      policy: await policyFrom(options.policyFile),
      places: findPlaces(environment),
    }),
    io,
  );
  registerCacheCommand(
    program,
    () => ({ places: findPlaces(environment), clock: clockOf({}) }),
    io,
  );
  registerTufCommand(program, () => ({ io, environment, now: clockOf({}).now() }));
  const lookAround = async () => ({
    rows: rows(),
    clock: clockOf({}),
    policy: await policyFrom(options.policyFile),
    places: findPlaces(environment),
    environment,
    directory: process.cwd(),
    io,
  });
  registerLockCommand(program, lookAround);
  registerPinsCommand(program, async () => {
    const around = await lookAround();
    const { trustedRootsOf } = await import('./trusted-roots.ts');
    return { ...around, trustedRoots: trustedRootsOf(around.places, around.policy) };
  });
  const report = async (judged: Report) => {
    await writeReports(judged, options, output);
    await writeEvents(judged, options, output);
  };
  registerVerifyCommand(
    program,
    async () => ({ ...(await lookAround()), report }),
    (code) => {
      exit = code;
    },
  );
  registerDoctorCommand(program, async (wish) => {
    exit = await seeDoctor(wish, { options, output, wiring });
  });
  registerInitCommand(program, () => ({
    directory: process.cwd(),
    environment,
    load: policyFrom,
    io,
  }));
  registerCompletionCommand(program, installerWords(), io);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exit;
  } catch (thrown) {
    const hint = `See \`${commandNamed(program, words)} --help\`.`;
    if (thrown instanceof CommanderError) return answerCommander(thrown, hint);
    throw isBareUsage(thrown)
      ? new Refusal(thrown.code, { message: thrown.message, hint, cause: thrown })
      : thrown;
  } finally {
    for (const close of closers) close();
  }
}

function installerWords() {
  return installersHere().map(({ name, synopsis }) => ({ word: name, about: synopsis }));
}

/** Only what judges files has a report. @throws Refusal `WP-USAGE` */
async function verifyReportUse(words: readonly string[], options: OwnOptions): Promise<void> {
  const { report, ci } = options;
  const asked = { report, ...ci };
  const found = Object.entries(asked).find(([, value]) => value !== null && value !== false);
  if (found === undefined || words.includes('--help')) return;
  const isVerify = words[0] === 'verify';
  if (isVerify && report !== '-' && ci.events !== '-') return await verifyReportPlaces(options);
  if (isVerify) {
    throw new Refusal('WP-USAGE', {
      message: `--${found[0]} -: verify itself writes to standard output`,
      hint: '`wheelproof verify --json` prints the report.',
    });
  }
  throw new Refusal('WP-USAGE', {
    message: `--${found[0]} is for installers and for verify; ${words[0] ?? ''} writes no report`,
  });
}

interface Visit {
  readonly options: OwnOptions;
  readonly output: Output;
  readonly wiring: Wiring;
}

async function seeDoctor(wish: DoctorOptions, { options, output, wiring }: Visit): Promise<number> {
  const { examine } = await import('./doctor.ts');
  const environment = process.env;
  const visit = {
    around: {
      machine: thisMachine,
      environment,
      directory: process.cwd(),
      home: environment['HOME'] ?? homedir(),
      uid: process.geteuid?.() ?? null,
    },
    options,
    wish: { json: wish.json === true, selfTest: wish.selfTest, online: wish.online ?? false },
    out: (text: string) => output.out(text),
    colour: output.surface.colour && process.stdout.isTTY,
  };
  return await examine(visit, wiring);
}

function describe(output: Output): Command {
  const installers = installersHere().map(
    ({ name, synopsis }) => `  ${name.padEnd(20)} ${synopsis}`,
  );
  const program = new Command('wheelproof')
    .description(
      'Runs your Python installer and lets it have a file only after asking: who vouches for these bytes?',
    )
    .usage('[options] INSTALLER ARGUMENTS…\n       wheelproof COMMAND …')
    .version(`wheelproof ${ownVersion()}`, '-V, --version')
    .option('-q, --quiet', 'print nothing unless something was refused')
    .option('--strict', 'accept nothing that nobody but the index vouches for')
    .option('--report <file>', 'write the JSON report there; - is standard output')
    .option('--sarif <file>', 'write refusals there as SARIF 2.1.0, each at the line that asked')
    .option('--summary <file>', 'add a summary in Markdown to that file')
    .option(
      '--events <file>',
      'write events there as they happen (JSON Lines); - is standard output',
    )
    .option('--github', 'show refusals as annotations of GitHub Actions')
    .option('--policy <file>', 'use this policy file instead of the ones found')
    .option('--jail <level>', 'auto, namespace, landlock or off: what no program can go round')
    .option('--no-fetch-ahead', 'fetch nothing before the installer asks for it')
    .addHelpText(
      'after',
      `\nInstallers (their own arguments are passed on unchanged):\n${installers.join('\n')}\n`,
    )
    .configureOutput({
      writeOut: (text) => output.out(text),
      writeErr: (text) => output.err(text),
      outputError: () => undefined,
    })
    // What stands behind the command would otherwise be taken, and have no effect.
    .enablePositionalOptions()
    .exitOverride();
  return program;
}

/** Help and version are answers; everything else is a usage error in our own form. */
function answerCommander(error: CommanderError, hint: string): number {
  if (error.exitCode === 0) return 0;
  // A group without its command (`wheelproof trust`): its help is on standard error by now.
  if (error.code === 'commander.help') return exitCodeOf('E-USAGE');
  const [, option = ''] = /^error: unknown option '([^'=]+)/u.exec(error.message) ?? [];
  throw new Refusal('WP-USAGE', {
    message: error.message.replace(/^error: /u, '').replaceAll('\n', ' '),
    hint: isOwnOption(option)
      ? `${option} stands before the command: \`wheelproof ${option} … COMMAND\`.`
      : hint,
  });
}

/** As far as the words name commands: whose help says what was expected. */
function commandNamed(program: Command, words: readonly string[]): string {
  const names = [program.name()];
  let command: Command | undefined = program;
  for (const word of words) {
    command = command.commands.find((one) => one.name() === word);
    if (command === undefined) break;
    names.push(word);
  }
  return names.join(' ');
}

/** A usage error that knows no better next step than the help. */
function isBareUsage(thrown: unknown): thrown is Refusal {
  return (
    thrown instanceof Refusal &&
    thrown.code === 'WP-USAGE' &&
    thrown.hint === CODES['WP-USAGE'].next
  );
}

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

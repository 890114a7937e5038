// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { Call, Installer, Intent, Located, Recognised, Sequence } from '../core/installer.ts';
import { safeText } from '../core/safe-text.ts';
import { compareVersions } from '../core/version.ts';
import { publicIndexes } from './addresses.ts';
import { existingCaFiles } from './ca-files.ts';
import { scrub } from './dropped-variables.ts';
import { askForGitKeys, readGitKeys, type GitKeys } from './git-settings.ts';
import { has, type Scan } from './argument-scan.ts';
import { modulePrefix, shadowRefusals, withoutHooks, type HooksKept } from './interpreter-hooks.ts';
import { deprecated, ownArguments } from './pip-additions.ts';
import { readPipConfiguration } from './pip-configuration.ts';
import { findPipHome, type PipHome } from './pip-home.ts';
import { readPipArguments } from './pip-options.ts';
import { pipFiles } from './pip-files.ts';
import { pipSettings, sourceOptions, type PipSettings } from './pip-settings.ts';
import { pipTargets } from './pip-targets.ts';
import type { InstallerPorts } from './ports.ts';
import { steeredEnvironment } from './proxy-environment.ts';
import { leadByGit } from './repositories.ts';
import { look } from './run-outlook.ts';
import { recogniseModule, recogniseProgram } from './starter.ts';
import { unknownPlace } from './unknown-place.ts';
import { withJudgedFolders, withoutWheelhouses, wheelhousesIn } from './wheelhouses.ts';

const OLDEST = '23.2';

/** pip 23.2 and later, however it is started. */
export function createPip(ports: InstallerPorts): Installer {
  const homes: Homes = new WeakMap();
  const seen = new WeakMap<Located, Seen>();
  return {
    name: 'pip',
    synopsis: 'pip, pip3 or python -m pip: install, download, wheel, lock',
    recognise: (words) =>
      recogniseProgram(words, /^pip(?:\d+(?:\.\d+)*)?(?:\.exe)?$/u) ??
      recogniseModule(words, 'pip'),
    async locate(recognised, call) {
      if (readPipArguments(recognised.argv).fetches) askForGitKeys(ports.machine, call);
      return await locate(ports, homes, { recognised, call });
    },
    async intend(recognised, located, call) {
      const known = await lookAround(ports, recognised, call);
      seen.set(located, known);
      return await intend(ports, homes, { recognised, located, call, ...known });
    },
    steer(recognised, located, call, route) {
      const { verb, scan, fetches, isolated } = readPipArguments(recognised.argv);
      const { git, folders } = seen.get(located) ?? { git: null, folders: [] };
      const argv = withJudgedFolders(recognised.argv, scan, folders, route);
      const unhooked = withoutHooks(call, hooksKept(scan, homes.get(located)));
      if (TELLS_SETTINGS.has(verb)) {
        const environment = theirOwn(call);
        return { program: located.program, argv: [...located.prefix, ...argv], environment };
      }
      const added = fetches ? ownArguments({ scan, isolated, call, route }) : [];
      return {
        program: located.program,
        argv: [...located.prefix, ...argv.slice(0, scan.end), ...added, ...argv.slice(scan.end)],
        environment: {
          ...steeredEnvironment({ ...call, ...unhooked }, route, 'pip', git),
          ...deprecated(located.version, call),
        },
      };
    },
  };
}

function hooksKept(scan: Scan, home: PipHome | undefined): HooksKept {
  return { site: home?.site ?? null, needed: has(scan, '--no-build-isolation') };
}

/** They print the settings in force, which are to be the user's; nothing of them reaches out. */
const TELLS_SETTINGS: ReadonlySet<string> = new Set(['config', 'debug']);

function theirOwn({ environment }: Call): Readonly<Record<string, string>> {
  const set = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(set);
}

/** Where each located pip lives: asking may cost a second, and the answer stays for the run. */
type Homes = WeakMap<Located, PipHome>;

async function locate(
  { machine }: InstallerPorts,
  homes: Homes,
  { recognised, call }: { readonly recognised: Recognised; readonly call: Call },
): Promise<Located> {
  const [word = '', ...prefix] = recognised.starter;
  const program = await machine.findProgram(word, call.environment, call.directory);
  if (program === null) throw notFound(`${safeText(word, 200)} was not found on PATH`);
  const home = await findPipHome(machine, { program, prefix }, call);
  if (home === null)
    throw notFound(`${safeText([program, ...prefix].join(' '), 200)} did not tell a pip version`);
  const started = modulePrefix(prefix, home.python);
  const located = { program, prefix: started, version: home.version };
  homes.set(located, home);
  return located;
}

function notFound(message: string): Refusal {
  return new Refusal('WP-INSTALLER-NOT-FOUND', { message });
}

interface Run {
  readonly recognised: Recognised;
  readonly located: Located;
  readonly call: Call;
}

/** What is known of a run beside its words, for steering it. */
interface Seen {
  readonly git: GitKeys;
  readonly folders: Awaited<ReturnType<typeof wheelhousesIn>>;
}

async function lookAround({ machine }: InstallerPorts, run: Recognised, call: Call): Promise<Seen> {
  const { verb, scan, fetches } = readPipArguments(run.argv);
  if (!fetches) return { git: null, folders: [] };
  const git = await readGitKeys(machine, call);
  const folders = FROM_FOLDERS.has(verb) ? await wheelhousesIn(machine, scan, call.directory) : [];
  return { git, folders };
}

/** `pip lock` would write down where its files lay. */
const FROM_FOLDERS: ReadonlySet<string> = new Set(['install', 'download', 'wheel']);

async function intend(ports: InstallerPorts, homes: Homes, run: Run & Seen): Promise<Intent> {
  const { recognised, located, call, git, folders } = run;
  const { verb, scan, words, fetches, isolated } = readPipArguments(recognised.argv);
  if (!fetches) return NOTHING;
  const home = homes.get(located) ?? (await findPipHome(ports.machine, located, call));
  const unhooked = withoutHooks(call, hooksKept(scan, home ?? undefined));
  const { environment, notes } = scrub(unhooked.environment, 'pip');
  const shadows = { prefix: located.prefix, module: 'pip' };
  const configuration = await readPipConfiguration(
    ports.machine,
    { ...call, environment },
    { verb, isolated, prefix: home?.prefix ?? null },
  );
  const settings = pipSettings(scan, configuration);
  const editable = settings.every('--editable').map(({ value, where }) => ({ text: value, where }));
  const named = requirementWords(verb, words);
  const trusted = settings.every('--trusted-host').filter(({ where }) => where !== COMMAND_LINE);
  const outlook = await look(ports, call, {
    requirements: [...named.map((text) => ({ text, where: COMMAND_LINE })), ...editable],
    files: pipFiles(settings),
    options: withoutWheelhouses(sourceOptions(settings), folders).filter(
      // Outside the command line our own variable takes its place, unless pip does not look at it.
      ({ name, where }) => name !== '--trusted-host' || where === COMMAND_LINE || isolated,
    ),
  });
  const byGit = leadByGit(outlook, git);
  const sequential = sequenceOf(verb, settings, home?.python ?? '');
  const targets = await pipTargets(ports.machine, call, { verb, settings, home });
  const installs = verb === 'install' && !settings.isOn('--dry-run');
  return {
    fetches,
    ...(sequential === null ? {} : { sequential, ...platformOf(settings) }),
    wishes: outlook.wishes,
    pins: outlook.pins,
    ...byGit.led,
    indexes: publicIndexes(outlook.indexes),
    named: publicIndexes(outlook.named),
    caFiles: await existingCaFiles(ports.machine, call, [
      settings.one('--cert') ?? '',
      call.environment['PIP_CERT'] ?? '',
    ]),
    proxy: settings.one('--proxy') || null,
    targets,
    ...(folders.length === 0 ? {} : { wheelhouses: folders.map(({ path }) => path) }),
    notes: [
      ...unhooked.notes,
      ...notes,
      ...trusted.map(({ where }) => `${where}: trusted-host has no effect here.`),
      ...versionNotes(located.version),
      ...outlook.notes,
      ...byGit.notes,
      ...unknownPlace(installs, targets),
    ],
    refusals: [
      ...(await shadowRefusals(ports.machine, call, shadows)),
      ...outlook.refusals,
      ...byGit.refusals,
    ],
  };
}

const COMMAND_LINE = 'command line';

const FOREIGN_PLATFORM = ['--platform', '--python-version', '--implementation', '--abi'];

/** pip asks for one thing after the other: pages and metadata, and at its end the files. */
function sequenceOf(verb: string, settings: PipSettings, python: string): Sequence | null {
  if (!['install', 'download', 'wheel', 'lock'].includes(verb)) return null;
  if (settings.isOn('--no-index')) return null;
  return {
    files: verb !== 'lock' && !settings.isOn('--dry-run'),
    dependencies: !settings.isOn('--no-deps') && !settings.isOn('--no-dependencies'),
    ...(python === '' ? {} : { python }),
  };
}

function platformOf(settings: PipSettings): Pick<Intent, 'ownPlatform'> {
  return FOREIGN_PLATFORM.some((name) => settings.one(name) !== null) ? {} : { ownPlatform: true };
}

function requirementWords(verb: string, words: readonly string[]): readonly string[] {
  if (verb === 'index') return words.slice(1);
  return ['install', 'download', 'wheel', 'lock'].includes(verb) ? words : [];
}

const NOTHING: Intent = {
  fetches: false,
  wishes: [],
  pins: [],
  indexes: [],
  caFiles: [],
  proxy: null,
  targets: [],
  notes: [],
  refusals: [],
};

function versionNotes(version: string): readonly string[] {
  if (compareVersions(version, OLDEST) >= 0) return [];
  return [
    `pip ${safeText(version, 40)} is older than ${OLDEST}, the oldest that wheelproof was tried with.`,
  ];
}

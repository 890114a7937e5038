// SPDX-License-Identifier: Apache-2.0
import { basename, dirname, resolve } from 'node:path';
import { Refusal, reason, type Reason } from '../core/errors.ts';
import type { Call, Installer, Intent, Located, Recognised } from '../core/installer.ts';
import type { Environment } from '../core/machine.ts';
import type { StatedOption } from '../core/lockfile.ts';
import { safeText } from '../core/safe-text.ts';
import { compareVersions } from '../core/version.ts';
import { publicIndexes } from './addresses.ts';
import { has, valuesOf } from './argument-scan.ts';
import { buildVariableRefusal } from './build-variables.ts';
import { existingCaFiles } from './ca-files.ts';
import { scrub } from './dropped-variables.ts';
import { askForGitKeys, readGitKeys, type GitKeys } from './git-settings.ts';
import { leadByGit } from './repositories.ts';
import { shadowRefusals, withoutHooks, type HooksKept } from './interpreter-hooks.ts';
import type { InstallerPorts } from './ports.ts';
import { steeredEnvironment } from './proxy-environment.ts';
import { look } from './run-outlook.ts';
import { recogniseModule, recogniseProgram } from './starter.ts';
import {
  COMPILES,
  TIMES,
  FOREIGN_PLATFORM,
  readUvConfiguration,
  type UvLevels,
} from './uv-configuration.ts';
import { readUvArguments, type UvArguments } from './uv-options.ts';
import { copying, keeping } from './uv-keeping.ts';
import { dependenciesOf, sourceFiles } from './uv-project.ts';
import { uvRequest, withoutNamed } from './uv-request.ts';
import { asksNoIndex, resolutionOf } from './uv-resolution.ts';
import { unknownPlace } from './unknown-place.ts';
import { proxyRefusal } from './uv-proxy.ts';
import { withJudgedFolders, withoutWheelhouses, wheelhousesIn } from './wheelhouses.ts';
import { installs, INTO_INTERPRETER, isOn, uvTargets } from './uv-targets.ts';

/** Before it, `uv pip install` did not compare files with the index page's hashes. */
const CHECKS_HASHES_SINCE = '0.12.16';
/** In uv's cache: where `uvx`, `uv run --with` and scripts get theirs. */
const PASSING_ENVIRONMENTS = 'environments-v2';
/** Their environments are uv's own. */
const OF_NO_PROJECT = /^(?:tool|self|python|cache) /u;
const TOOL_RUNNER = /^uvx(?:\.exe)?$/u;

/** uv, `uvx` and `python -m uv`; steered by the environment alone. */
export function createUv(ports: InstallerPorts): Installer {
  const seen = new WeakMap<Located, Seen>();
  return {
    name: 'uv',
    synopsis: 'uv, uvx or python -m uv: pip install, add, sync, lock, run, tool run',
    recognise: (words) =>
      recogniseProgram(words, /^uvx?(?:\.exe)?$/u) ?? recogniseModule(words, 'uv'),
    async locate(recognised, call) {
      // git answers while uv does.
      if (argumentsOf(recognised).fetches) askForGitKeys(ports.machine, call);
      return await locate(ports, recognised, call);
    },
    async intend(recognised, located, call) {
      const known = await lookAround(ports, recognised, call);
      const intent = await intend(ports, { recognised, located, call, ...known });
      seen.set(located, { ...known, copies: copying(intent) });
      return intent;
    },
    steer(recognised, located, call, route) {
      const told = argumentsOf(recognised);
      const unhooked = withoutHooks(call, hooksKept(told));
      const { git, folders, copies = {} } = seen.get(located) ?? { git: null, folders: [] };
      const argv = withJudgedFolders(recognised.argv, told.scan, folders, route);
      return {
        program: located.program,
        argv: [...located.prefix, ...argv],
        environment: {
          ...steeredEnvironment({ ...call, ...unhooked }, route, 'uv', git),
          ...copies,
        },
      };
    },
  };
}

async function locate(
  { machine }: InstallerPorts,
  { starter }: Recognised,
  call: Call,
): Promise<Located> {
  const [word = '', ...prefix] = starter;
  const program = await machine.findProgram(word, call.environment, call.directory);
  if (program === null) {
    throw new Refusal('WP-INSTALLER-NOT-FOUND', {
      message: `${safeText(word, 200)} was not found on PATH`,
    });
  }
  const question = [...prefix, '--version'];
  // `python -m uv` takes modules from the working directory first.
  const directory = prefix.length > 0 ? '/' : call.directory;
  const answer = await machine.ask(program, question, call.environment, directory);
  const version = /^uvx? (\S+)/u.exec(answer ?? '')?.[1];
  if (version === undefined) {
    const asked = [program, ...question].join(' ');
    throw new Refusal('WP-INSTALLER-NOT-FOUND', {
      message: `${safeText(asked, 200)} did not tell a uv version`,
    });
  }
  return { program, prefix, version };
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
  /** What uv is told of how to take files out of its cache. */
  readonly copies?: Readonly<Record<string, string>>;
}

async function lookAround({ machine }: InstallerPorts, run: Recognised, call: Call): Promise<Seen> {
  const told = argumentsOf(run);
  if (!told.fetches) return { git: null, folders: [] };
  const git = await readGitKeys(machine, call);
  // Others write down where their files lay.
  const isAsked =
    FROM_FOLDERS.has(told.verb) && setting(told, call, '--directory', 'UV_WORKING_DIR') === null;
  return { git, folders: isAsked ? await wheelhousesIn(machine, told.scan, call.directory) : [] };
}

const FROM_FOLDERS: ReadonlySet<string> = new Set(['pip install', 'pip sync']);

async function intend(
  ports: InstallerPorts,
  { recognised, located, call, git, folders: houses }: Run & Seen,
): Promise<Intent> {
  const told = argumentsOf(recognised);
  const unhooked = withoutHooks(call, hooksKept(told));
  const { environment, notes } = scrub(unhooked.environment, 'uv');
  const directory = resolve(
    call.directory,
    setting(told, call, '--directory', 'UV_WORKING_DIR') ??
      (call.environment['UV_WORKING_DIRECTORY'] || '.'),
  );
  const project = resolve(directory, setting(told, call, '--project', 'UV_PROJECT') ?? '.');
  const inside = { ...call, environment, directory };
  const levels = levelsOf(told, inside, project);
  const configuration = told.fetches
    ? await readUvConfiguration(ports.machine, levels)
    : { options: [], indexNames: new Set<string>() };
  const request = uvRequest(told, environment);
  const stated = await withoutNamed(ports, configuration.indexNames, request.options, directory);
  const options = [...configuration.options, ...withoutWheelhouses(stated, houses)];
  const sources = told.fetches ? await sourceFiles(ports, told, levels) : [];
  const workspace = sources.filter((path) => path.endsWith('.toml')).map(dirname);
  const folders = told.fetches && !OF_NO_PROJECT.test(told.verb) ? [directory, project] : [];
  const outlook = await look(ports, inside, {
    ...request,
    options,
    project: {
      directories: [...folders, ...workspace],
      own: workspace.length > 0 ? ['uv.lock'] : [],
    },
  });
  const dependencies = [...sources, ...request.sources].map((path) => resolve(directory, path));
  const declared = await dependenciesOf(ports, dependencies);
  const repositories = { ...outlook, sources: [...outlook.sources, ...declared.sources] };
  const byGit = leadByGit(repositories, git);
  const shadows = { prefix: located.prefix, module: 'uv' };
  const parent = located.prefix.length === 0 ? null : located.program;
  const targets = await uvTargets(ports.machine, {
    told,
    call: inside,
    directory,
    project,
    parent,
  });
  const { indexes } = outlook;
  const platform = platformOf(told, options);
  const asked = { told, environment, directory, options, indexes, ...platform };
  const resolution = await resolutionOf(ports.machine, asked);
  const timed = options.find(({ name }) => name === TIMES);
  return {
    fetches: told.fetches,
    runsProgram: runsProgram(told),
    ...compiling(told, environment, options),
    ...platform,
    ...(timed === undefined ? keeping(told, environment, options) : { keepsApart: true }),
    ...(asksNoIndex(asked) ? { asksNoIndex: true } : {}),
    ...(resolution === null ? {} : { resolution }),
    wishes: [...outlook.wishes, ...declared.wishes],
    pins: outlook.pins,
    ...byGit.led,
    indexes: publicIndexes(indexes),
    named: publicIndexes([...outlook.named, ...namedBy(environment)]),
    caFiles: await existingCaFiles(ports.machine, call, valuesOf(told.scan, '--cert')),
    proxy: null,
    ...(told.fetches ? { passingEnvironments: PASSING_ENVIRONMENTS } : {}),
    targets,
    ...(houses.length === 0 ? {} : { wheelhouses: houses.map(({ path }) => path) }),
    notes: told.fetches
      ? [
          ...unhooked.notes,
          ...notes,
          ...versionNotes(located.version),
          ...(timed === undefined ? [] : [timedNote(timed)]),
          ...outlook.notes,
          ...byGit.notes,
          ...unknownPlace(installs(told), targets),
        ]
      : [],
    refusals: told.fetches
      ? [
          ...(await shadowRefusals(ports.machine, call, shadows)),
          ...commandLineRefusals(told),
          ...options.flatMap(proxyRefusal),
          ...options.flatMap(buildVariableRefusal),
          ...outlook.refusals,
          ...byGit.refusals,
        ]
      : [],
  };
}

function timedNote({ where }: StatedOption): string {
  return `${where}: cache-control is not ours to overrule; what uv keeps is kept for this run alone.`;
}

/** pip lists what it compiles in the RECORD; uv does not. */
function compiling(
  { scan }: UvArguments,
  environment: Environment,
  options: readonly StatedOption[],
): Pick<Intent, 'compiles'> {
  const asked = has(scan, COMPILES, '--compile') || isOn(environment['UV_COMPILE_BYTECODE']);
  if (!asked && !options.some(({ name }) => name === COMPILES)) return {};
  const unchecked = environment['PYC_INVALIDATION_MODE'] === 'unchecked-hash';
  return { compiles: unchecked ? 'without sources' : 'with sources' };
}

/** A lock file is for every platform; what `uv tool` begins with one Python may end with another. */
function platformOf(
  { verb, scan }: UvArguments,
  options: readonly StatedOption[],
): Pick<Intent, 'ownPlatform'> {
  if (!INTO_INTERPRETER.has(verb) || has(scan, ...FOREIGN_PLATFORM)) return {};
  return options.some(({ name }) => FOREIGN_PLATFORM.includes(name)) ? {} : { ownPlatform: true };
}

function argumentsOf({ starter, argv }: Recognised): UvArguments {
  return readUvArguments(argv, TOOL_RUNNER.test(basename(starter[0] ?? '')));
}

function runsProgram({ verb }: UvArguments): boolean {
  return verb === 'run' || verb === 'tool run';
}

/** uv itself is no Python; what it starts are builds, or a program of the user's. */
function hooksKept(told: UvArguments): HooksKept {
  const unisolated = has(told.scan, '--no-build-isolation', '--no-build-isolation-package');
  return { site: null, needed: runsProgram(told) || unisolated };
}

function setting(told: UvArguments, call: Call, option: string, variable: string): string | null {
  return valuesOf(told.scan, option).at(-1) ?? (call.environment[variable] || null);
}

function levelsOf(told: UvArguments, call: Call, project: string): UvLevels {
  const { environment, directory } = call;
  const file = setting(told, call, '--config-file', 'UV_CONFIG_FILE');
  const script = valuesOf(told.scan, '--script').find((path) => path !== '');
  const [command = ''] = told.verb === 'run' ? told.words : [];
  const scripted = /\.pyw?$/u.test(command) || has(told.scan, '--script', '-s') ? command : '';
  const path = script ?? scripted;
  return {
    environment,
    project,
    ignoresProject: told.verb.startsWith('tool ') || told.verb.startsWith('self '),
    noFiles: has(told.scan, '--no-config') || isOn(environment['UV_NO_CONFIG']),
    onlyFile: file === null ? null : resolve(directory, file),
    script: path === '' ? null : resolve(directory, path),
  };
}

/** What is said on the command line beats the environment that uv is steered by. */
function commandLineRefusals({ scan }: UvArguments): readonly Reason[] {
  const refusals: Reason[] = [];
  if (has(scan, '--cache-dir')) {
    const hint = 'Leave --cache-dir out: uv gets a cache that only checked files enter.';
    refusals.push(
      reason(
        'WP-BYPASS-CONFIG',
        'command line: --cache-dir names a cache that nobody has checked',
        hint,
      ),
    );
  }
  if (has(scan, '--cert')) {
    const hint =
      'Leave --cert out and name the file in SSL_CERT_FILE: wheelproof trusts it for you.';
    refusals.push(
      reason('WP-BYPASS-CONFIG', 'command line: --cert would keep uv from trusting the gate', hint),
    );
  }
  return refusals;
}

const ADDRESSES = ['UV_FIND_LINKS', 'UV_PYTHON_INSTALL_MIRROR', 'UV_PYPY_INSTALL_MIRROR'];

function namedBy(environment: Environment): readonly string[] {
  return ADDRESSES.flatMap((name) => (environment[name] ?? '').split(/[\s,]+/u));
}

function versionNotes(version: string): readonly string[] {
  if (compareVersions(version, CHECKS_HASHES_SINCE) >= 0) return [];
  return [
    `uv ${safeText(version, 40)} does not compare files with the index page's hashes by itself; ${CHECKS_HASHES_SINCE} and later do.`,
  ];
}

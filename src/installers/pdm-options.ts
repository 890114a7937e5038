// SPDX-License-Identifier: Apache-2.0
import { has, scanArguments, type OptionTable, type Scan } from './argument-scan.ts';

/** Every option of PDM 2.20 to 2.29 that takes a value. */
const VALUES = `
  --backend --config --config-setting --dest --editable --env --env-file --exclude-newer --format
  --group --implementation --license --lockfile --name --output --override --pip-args --platform
  --project --project-version --python --repository --skip --strategy --username
  --password --with --without --working-dir`;

const TABLE: OptionTable = {
  values: new Set(VALUES.trim().split(/\s+/u)),
  switches: new Set(),
  aliases: new Map([
    ['-C', '--config-setting'],
    ['-G', '--group'],
    ['-L', '--lockfile'],
    ['-S', '--strategy'],
    ['-c', '--config'],
    ['-e', '--editable'],
    ['-k', '--skip'],
    ['-o', '--output'],
    ['-p', '--project'],
    ['--plugin', '--plugins'],
  ]),
  // argparse takes beginnings of names, and `-p=DIR`.
  beginnings: true,
  shortEquals: true,
};

const GROUPS: ReadonlySet<string> = new Set(['self', 'plugin', 'python', 'py', 'venv', 'cache']);

/** What is not named here is held to fetch; so are verbs of plugins. */
const LOCAL_VERBS: ReadonlySet<string> = new Set([
  '',
  'completion',
  'config',
  'export',
  'fix',
  'info',
  'list',
  'cache clear',
  'cache info',
  'cache list',
  'cache remove',
  'plugin list',
  'py find',
  'py link',
  'py list',
  'py remove',
  'python find',
  'python link',
  'python list',
  'python remove',
  'self list',
  'venv activate',
  'venv list',
  'venv purge',
  'venv remove',
]);

export interface PdmArguments {
  readonly verb: string;
  readonly scan: Scan;
  /** Words behind the verb. */
  readonly words: readonly string[];
  readonly fetches: boolean;
  readonly runsProgram: boolean;
}

/** @throws Refusal `WP-USAGE` */
export function readPdmArguments(argv: readonly string[]): PdmArguments {
  const [first] = scanArguments(argv, TABLE, 1).words;
  const depth = first === undefined ? 0 : GROUPS.has(first.text) ? 2 : 1;
  const leading = depth === 0 ? [] : scanArguments(argv, TABLE, depth).words;
  const verb = leading.map(({ text }) => text).join(' ');
  const runsProgram = RUNS.has(verb) || (depth === 1 && !KNOWN.has(verb));
  const scan = scanArguments(argv, TABLE, runsProgram ? 1 : Infinity);
  const asks = has(scan, '--help', '-h', '-V');
  const isLocal = LOCAL_VERBS.has(verb)
    ? !prepares(verb, scan)
    : verb === 'publish' && !builds(scan);
  return {
    verb,
    scan,
    words: scan.words.slice(leading.length).map(({ text }) => text),
    fetches: !isLocal && (runsProgram || !asks),
    runsProgram,
  };
}

/** It builds what it publishes (`pdm build`), unless it is told not to. */
function builds(scan: Scan): boolean {
  return !scan.options.some(({ name }) => /^--no-b(?:u(?:i(?:ld?)?)?)?$/u.test(name));
}

/** `list --resolve` fetches, and may build, what it tells of; so does `show`. */
function prepares(verb: string, scan: Scan): boolean {
  return verb === 'list' && scan.options.some(({ name }) => name.startsWith('--res'));
}

const RUNS: ReadonlySet<string> = new Set(['run']);

/** Any other first word is a script of the project's: `pdm test` is `pdm run test`. */
const KNOWN: ReadonlySet<string> = new Set([
  ...[...LOCAL_VERBS].filter((verb) => !verb.includes(' ')),
  'add',
  'build',
  'import',
  'init',
  'install',
  'lock',
  'new',
  'outdated',
  'publish',
  'remove',
  'search',
  'show',
  'sync',
  'update',
  'use',
]);

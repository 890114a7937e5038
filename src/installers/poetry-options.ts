// SPDX-License-Identifier: Apache-2.0
import { scanArguments, has, type OptionTable, type Scan } from './argument-scan.ts';

/** Every option of Poetry 1.8 to 2.5 that takes a value. */
const VALUES = `
  --author --config-settings --dependency --description --dev-dependency --directory --extras
  --format --group --license --local-version --markers --name --only --optional --output
  --output-format --platform --project --python --readme --source --with --without`;

const TABLE: OptionTable = {
  values: new Set(VALUES.trim().split(/\s+/u)),
  // They begin as options that take a value do.
  switches: new Set(['--dev', '--local']),
  aliases: new Map([
    ['-P', '--project'],
    ['-C', '--directory'],
    ['-G', '--group'],
    ['-E', '--extras'],
    ['-f', '--format'],
    ['-o', '--output'],
    ['-c', '--config-settings'],
    ['-l', '--local-version'],
  ]),
  // Of options that stand before the verb as well, argparse takes beginnings.
  beginnings: true,
  shortEquals: true,
};

/** Short forms that are switches in some verbs: `poetry show -l -o`. */
const SHOW: OptionTable = { ...TABLE, aliases: new Map([...TABLE.aliases].slice(0, 5)) };
/** Poetry before 2.3 knew `--optional` as a switch; a value then stands behind `=` or is a word. */
const GROUPS: ReadonlySet<string> = new Set([
  'self',
  'env',
  'cache',
  'source',
  'python',
  'debug',
  'plugin',
]);

/** What is not named here is held to fetch; so are verbs of plugins. */
const LOCAL_VERBS: ReadonlySet<string> = new Set([
  '',
  'about',
  'check',
  'config',
  'help',
  'list',
  'new',
  'publish',
  'version',
  'cache clear',
  'cache list',
  'debug info',
  'debug tags',
  'env activate',
  'env info',
  'env list',
  'env remove',
  'python list',
  'python remove',
  'source add',
  'source remove',
  'source show',
]);

export interface PoetryArguments {
  /** `add`, `self add`, …; empty where none is given. */
  readonly verb: string;
  readonly scan: Scan;
  /** Words behind the verb. */
  readonly words: readonly string[];
  readonly fetches: boolean;
  readonly runsProgram: boolean;
}

/** @throws Refusal `WP-USAGE` */
export function readPoetryArguments(argv: readonly string[]): PoetryArguments {
  const [first] = scanArguments(argv, TABLE, 1).words;
  const depth = first === undefined ? 0 : GROUPS.has(first.text) ? 2 : 1;
  const leading = depth === 0 ? [] : scanArguments(argv, TABLE, depth).words;
  const verb = leading.map(({ text }) => text).join(' ');
  const runsProgram = verb === 'run' || verb === 'shell';
  const shows = verb === 'show' || verb === 'self show';
  const scan = scanArguments(argv, shows ? SHOW : TABLE, runsProgram ? 1 : Infinity);
  const asks = has(scan, '--help', '-h', '--version', '-V');
  const looks = shows && !has(scan, '--latest', '--outdated', '-l', '-o');
  const builds = verb === 'publish' && has(scan, '--build');
  return {
    verb,
    scan,
    words: scan.words.slice(leading.length).map(({ text }) => text),
    fetches: (builds || !LOCAL_VERBS.has(verb)) && !looks && (runsProgram || !asks),
    runsProgram,
  };
}

// SPDX-License-Identifier: Apache-2.0
import { has, scanArguments, type OptionTable, type Scan } from './argument-scan.ts';

/** Every option of uv up to 0.13 that takes a value, in the verbs that fetch. */
const VALUES = `
  --allow-insecure-host --annotation-style --author-from --bounds --branch --build-backend
  --build-constraints --bump --cache-dir --cert --color --config-file --config-setting
  --config-setting-package --config-settings-package --constraints --custom-compile-command
  --default-index --depth --description --directory --editable --env-file --exclude --exclude-newer
  --exclude-newer-package --excludes --extra --extra-index-url --find-links --fork-strategy --format
  --from --graalpy-mirror --group --index --index-strategy --index-url --install-dir
  --keyring-provider --link-mode --marker --mirror --name --no-binary --no-binary-package
  --no-build-isolation-package --no-build-package --no-editable-package --no-emit-package --no-extra
  --no-group --no-install-package --no-sources-package --only-binary --only-group --optional
  --out-dir --output-file --output-format --overrides --package --prefix --prerelease
  --prerelease-package --project --prompt --prune --pyodide-mirror --pypy-mirror --python
  --python-downloads-json-url --python-platform --python-version --refresh-package
  --reinstall-package --requirements --resolution --rev --script --tag --target --torch-backend
  --upgrade-group --upgrade-package --vcs --with --with-editable --with-executables-from
  --with-requirements`;

const ALIASES: readonly (readonly [string, string])[] = [
  ['-C', '--config-setting'],
  ['-P', '--upgrade-package'],
  ['-b', '--build-constraints'],
  ['-c', '--constraints'],
  ['-d', '--depth'],
  ['-e', '--editable'],
  ['-f', '--find-links'],
  ['-i', '--index-url'],
  ['-m', '--marker'],
  ['-n', '--no-cache'],
  ['-o', '--output-file'],
  ['-p', '--python'],
  ['-r', '--requirements'],
  ['-t', '--target'],
  ['-w', '--with'],
  ['--build-constraint', '--build-constraints'],
  ['--config-settings', '--config-setting'],
  ['--constraint', '--constraints'],
  ['--no-cache-dir', '--no-cache'],
  ['--override', '--overrides'],
  ['--requirement', '--requirements'],
  ['--trusted-host', '--allow-insecure-host'],
];

const BASE: OptionTable = {
  values: new Set(VALUES.trim().split(/\s+/u)),
  switches: new Set(),
  aliases: new Map(ALIASES),
  beginnings: false,
};

/** Options that take a value in some verbs and none in these. */
const SWITCHES_IN: Readonly<Record<string, readonly string[]>> = {
  run: ['--script', '--marker', '--no-binary'],
  add: ['--editable', '--no-binary'],
  remove: ['--no-binary'],
  sync: ['--no-binary'],
  lock: ['--no-binary'],
  export: ['--no-binary'],
  tree: ['--no-binary'],
  build: ['--no-binary'],
  audit: ['--no-binary'],
  version: ['--no-binary'],
  init: ['--script', '--package'],
  venv: ['--constraints'],
  'tool run': ['--no-binary'],
  'tool install': ['--no-binary', '--editable'],
  'tool upgrade': ['--no-binary'],
  'pip list': ['--editable'],
};

const GROUPS: ReadonlySet<string> = new Set([
  'pip',
  'tool',
  'python',
  'self',
  'cache',
  'auth',
  'workspace',
]);

/** Verbs that take no distribution from anywhere; what is not named here is held to fetch. */
const LOCAL_VERBS: ReadonlySet<string> = new Set([
  '',
  'auth dir',
  'auth login',
  'auth logout',
  'auth token',
  'help',
  'publish',
  'cache clean',
  'cache clear',
  'cache dir',
  'cache prune',
  'cache size',
  'pip check',
  'pip freeze',
  'pip show',
  'pip uninstall',
  'python dir',
  'python find',
  'python uninstall',
  'self version',
  'tool dir',
  'tool uninstall',
  'tool update-shell',
]);

/** They ask the index only for what is newer. */
const LISTING_VERBS: ReadonlySet<string> = new Set(['pip list', 'pip tree', 'tool list']);

export interface UvArguments {
  /** `pip install`, `add`, `tool run`, …; empty where none is given. */
  readonly verb: string;
  readonly scan: Scan;
  /** Words behind the verb; of `run` and `tool run` only the first. */
  readonly words: readonly string[];
  readonly fetches: boolean;
}

/** @param asTool the program is `uvx`, which is `uv tool run`. @throws Refusal `WP-USAGE` */
export function readUvArguments(argv: readonly string[], asTool: boolean): UvArguments {
  const depth = asTool ? 0 : depthOf(argv);
  const leading = depth === 0 ? [] : scanArguments(argv, BASE, depth).words;
  const verb = asTool ? 'tool run' : leading.map(({ text }) => text).join(' ');
  const ends = verb === 'run' || verb === 'tool run';
  const scan = scanArguments(argv, tableOf(verb), ends ? depth + 1 : Infinity);
  const words = scan.words.slice(depth).map(({ text }) => text);
  return {
    verb,
    scan,
    words: ends ? words.slice(0, 1) : words,
    fetches: !LOCAL_VERBS.has(verb) && !(LISTING_VERBS.has(verb) && !has(scan, '--outdated')),
  };
}

function depthOf(argv: readonly string[]): number {
  const [first] = scanArguments(argv, BASE, 1).words;
  if (first === undefined) return 0;
  return GROUPS.has(first.text) ? scanArguments(argv, BASE, 2).words.length : 1;
}

function tableOf(verb: string): OptionTable {
  const switches = SWITCHES_IN[verb];
  if (switches === undefined || !Object.hasOwn(SWITCHES_IN, verb)) return BASE;
  return { ...BASE, values: new Set([...BASE.values].filter((name) => !switches.includes(name))) };
}

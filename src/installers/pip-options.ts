// SPDX-License-Identifier: Apache-2.0
import { scanArguments, type OptionTable, type Scan } from './argument-scan.ts';

/** Every option of pip 23.2 to 26.3 that takes a value, from the verbs that fetch. */
const VALUES = `
  --abi --algorithm --all-releases --build-constraint --build-option --cache-dir --cert --client-cert
  --config-settings --constraint --dest --editable --editor --exclude --exists-action
  --extra-index-url --find-links --format --global-option --group --implementation --index-url
  --install-option --keyring-provider --log --no-binary --only-binary --only-final --output --path
  --platform --prefix --progress-bar --proxy --python --python-version --refresh-package --report
  --requirement --requirements-from-script --resume-retries --retries --root --root-user-action
  --src --target --timeout --trusted-host --upgrade-strategy --uploaded-prior-to --use-deprecated
  --use-feature --wheel-dir`;

const SWITCHES = `
  --all --break-system-packages --check-build-dependencies --compile --debug
  --disable-pip-version-check --dry-run --force-reinstall --help --ignore-installed
  --ignore-requires-python --isolated --json --no-build-isolation --no-cache-dir --no-clean
  --no-color --no-compile --no-dependencies --no-deps --no-index --no-input --no-proxy-env
  --no-python-version-warning --no-require-hashes --no-use-pep517 --no-user --no-verify
  --no-warn-conflicts --no-warn-script-location --only-dependencies --only-deps --outdated --pre
  --prefer-binary --quiet --require-hashes --require-venv --require-virtualenv --upgrade --uptodate
  --use-pep517 --user --verbose --version`;

const ALIASES = new Map([
  ['-C', '--config-settings'],
  ['-V', '--version'],
  ['-b', '--bash'],
  ['-c', '--constraint'],
  ['-d', '--dest'],
  ['-e', '--editable'],
  ['-f', '--find-links'],
  ['-h', '--help'],
  ['-i', '--index-url'],
  ['-o', '--output'],
  ['-r', '--requirement'],
  ['-t', '--target'],
  ['-w', '--wheel-dir'],
  ['--config-setting', '--config-settings'],
  ['--default-timeout', '--timeout'],
  ['--destination-dir', '--dest'],
  ['--destination-directory', '--dest'],
  ['--index', '--index-url'],
  ['--local-log', '--log'],
  ['--log-file', '--log'],
  ['--pypi-url', '--index-url'],
  ['--source', '--src'],
  ['--source-dir', '--src'],
  ['--source-directory', '--src'],
]);

const namesIn = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/u));

const FETCHING: OptionTable = {
  values: namesIn(VALUES),
  switches: namesIn(SWITCHES),
  aliases: ALIASES,
  beginnings: true,
};

/** `pip list` uses some of the same letters as switches. */
const LISTING: OptionTable = {
  ...FETCHING,
  values: new Set([...FETCHING.values].filter((name) => name !== '--editable')),
  aliases: new Map([...ALIASES, ['-o', '--outdated'], ['-u', '--uptodate'], ['-e', '-e']]),
};

/** Verbs that take no distribution from anywhere; what is not named here is held to fetch. */
const LOCAL_VERBS: ReadonlySet<string> = new Set([
  'cache',
  'check',
  'completion',
  'config',
  'debug',
  'freeze',
  'hash',
  'help',
  'inspect',
  'show',
  'uninstall',
]);

export interface PipArguments {
  /** Empty where none is given. */
  readonly verb: string;
  readonly scan: Scan;
  /** Words behind the verb. */
  readonly words: readonly string[];
  readonly fetches: boolean;
  readonly isolated: boolean;
}

/** @throws Refusal `WP-USAGE` */
export function readPipArguments(argv: readonly string[]): PipArguments {
  const verb = verbIn(argv);
  if (verb === '' || LOCAL_VERBS.has(verb)) {
    const scan = { options: [], words: [], end: argv.length };
    return { verb, scan, words: [], fetches: false, isolated: argv.includes('--isolated') };
  }
  const scan = scanArguments(argv, verb === 'list' ? LISTING : FETCHING);
  const [, ...words] = scan.words.map(({ text }) => text);
  const listing = verb === 'list' && !scan.options.some(({ name }) => OUTDATED.has(name));
  // pip looks for the word itself, wherever it stands.
  return { verb, scan, words, fetches: !listing, isolated: argv.includes('--isolated') };
}

const OUTDATED: ReadonlySet<string> = new Set(['--outdated', '--uptodate']);

/** The first word that is no option, read as pip's own first parser does: general options only. */
function verbIn(argv: readonly string[]): string {
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--') return argv[at + 1] ?? '';
    if (!word.startsWith('-')) return word;
    const { options } = scanArguments([word, ''], FETCHING);
    if (options.at(-1)?.value === '') at += word.includes('=') ? 0 : 1;
  }
  return '';
}

// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * `npm run runtimes`: the same vectors under every line of Node that package.json names, and the
 * same verdicts (attack M07). Each Node comes from its npm package, as that of tools/node does.
 */
const root = join(import.meta.dirname, '..');
const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'wheelproof-nodes');
/** The oldest of 22 and 24 that the program accepts, and the newest lines of each. */
const VERSIONS = ['22.22.2', '22.23.3', '24.15.0', '24.21.0', '26.6.0'];
const VECTORS = [
  'src/archive',
  'src/core/names-table.test.ts',
  'src/core/version.test.ts',
  'src/crypto/mutations.test.ts',
  'src/crypto/real-evidence.test.ts',
  'src/index',
  'src/policy',
];

/** A Node of this version, fetched once. */
function nodeOf(version: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(cache, version);
  const node = join(folder, 'node_modules', name, 'bin', 'node');
  if (!existsSync(node)) {
    mkdirSync(folder, { recursive: true });
    const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
    execFileSync('npm', [...words, '--prefix', folder, `${name}@${version}`], { stdio: 'pipe' });
  }
  const found = execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
  if (found !== version) throw new Error(`${node} is ${found}, not ${version}`);
  return node;
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Every vector with its verdict, a line each, sorted. */
function verdictsOf(node: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'wheelproof-runtimes-'));
  try {
    const file = join(folder, 'report.json');
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const words = ['run', '--project', 'unit', '--reporter=json', `--outputFile=${file}`];
    spawnSync(node, [vitest, ...words, ...VECTORS], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const report: VitestReport = JSON.parse(readFileSync(file, 'utf8'));
    return report.testResults
      .flatMap(({ name, assertionResults }) =>
        assertionResults.map(
          ({ fullName, status }) => `${name.slice(root.length + 1)}: ${fullName}: ${status}`,
        ),
      )
      .toSorted();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

let expected: readonly string[] | null = null;
for (const version of VERSIONS) {
  const verdicts = verdictsOf(nodeOf(version));
  const failed = verdicts.filter((line) => line.endsWith(': failed'));
  expected ??= verdicts;
  const before = new Set(expected);
  const other = verdicts.filter((line) => !before.has(line));
  const same = verdicts.length === expected.length && other.length === 0;
  const passed = verdicts.filter((line) => line.endsWith(': passed')).length;
  const told = `${passed} passed, ${failed.length} failed of ${verdicts.length}`;
  process.stdout.write(
    `Node ${version}: ${told}; ${same ? 'the same verdicts' : 'OTHER VERDICTS'}\n`,
  );
  for (const line of [...failed, ...other].slice(0, 20)) process.stdout.write(`  ${line}\n`);
  if (failed.length > 0 || !same || passed === 0) process.exitCode = 1;
}

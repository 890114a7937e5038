// SPDX-License-Identifier: Apache-2.0
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { compare, EXPORTERS, type Comparison, type Exporter } from '../test/lockfiles/exporters.ts';

/**
 * `npm run lockfiles`: what `wheelproof lock list` reads from lock files, held against what the tools
 * that wrote them export: the same names, versions and sets of hashes. Locks of others from
 * ../shared/data/locks, and one that each tool writes anew; `-- --only poetry`: one tool alone.
 */
const { values } = parseArgs({ options: { only: { type: 'string' } } });
const root = join(import.meta.dirname, '..');
const data = join(root, '..', 'shared', 'data', 'locks');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** With markers, extras, many wheels, and sources alone. */
const FRESH = [
  'requests[socks]',
  'markupsafe',
  'colorama',
  'click',
  'sampleproject',
  'pywin32; sys_platform == "win32"',
];

async function list(path: string): Promise<string> {
  const launcher = join(root, 'wheelproof');
  const { stdout } = await promisify(execFile)(launcher, ['lock', 'list', path, '--json'], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/** Poetry asks its own index by ways that few mirrors know; pip's index it asks as pip does. */
function pipsIndex(): string {
  const code = 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)';
  return execFileSync('python3', ['-c', code], { encoding: 'utf8' }).trim();
}

function comparisons({ lock, name: tool }: Exporter): readonly Comparison[] {
  const fresh = tool === 'pipenv' ? FRESH.filter((one) => !one.includes(';')) : FRESH;
  const known = tool === 'poetry' ? [lock, 'poetry.old.lock'] : [lock];
  const index = tool === 'poetry' ? pipsIndex() : null;
  const name = 'wheelproof-lockfiles';
  return [
    ...known
      .filter((file) => existsSync(join(data, file)))
      .map((file) => {
        const text = readFileSync(join(data, file), 'utf8');
        const wanted = {
          name: memberIn(text) ?? name,
          dependencies: pinnedIn(text),
          groups: groupsIn(text),
          index: null,
        };
        return { of: file, lock: join(data, file), wanted };
      }),
    { of: 'written anew', wanted: { name, dependencies: fresh, groups: [], index } },
  ];
}

/** Of which project uv's lock is. */
function memberIn(text: string): string | undefined {
  return /^name = "(.*)"\nversion = .*\nsource = \{ (?:editable|virtual) = "\." \}$/mu.exec(
    text,
  )?.[1];
}

/** All that an old lock names, so that all of it is asked for. */
function pinnedIn(text: string): readonly string[] {
  const found = text.matchAll(/^\[\[package\]\]\n(?:(?!\[).*\n)*/gmu);
  return [...found].flatMap(([block]) => {
    const name = /^name = "(.*)"$/mu.exec(block)?.[1];
    const version = /^version = "(.*)"$/mu.exec(block)?.[1];
    return name === undefined || version === undefined ? [] : [`${name}==${version}`];
  });
}

function groupsIn(text: string): readonly string[] {
  const dev = /^\[package\.dev-dependencies\]\n([\w-]+) = /mu.exec(text)?.[1];
  if (dev !== undefined) return [dev];
  const stated = /^groups = \[(.*)\]$/mu.exec(text)?.[1] ?? '';
  return stated.split(/[", ]+/u).filter((name) => name !== '' && name !== 'default');
}

let unequal = 0;
for (const exporter of EXPORTERS.filter(({ name }) => name === (values.only ?? name))) {
  for (const comparison of comparisons(exporter)) {
    try {
      const { differences, releases, hashes } = await compare(exporter, comparison, list);
      const verdict = differences.length === 0 ? 'equal' : 'NOT EQUAL';
      say(
        `${exporter.name.padEnd(7)} ${comparison.of.padEnd(16)} ${verdict}: ${releases} releases, ${hashes} hashes`,
      );
      for (const difference of differences.slice(0, 10)) say(`  ${difference}`);
      if (differences.length > 0 || releases === 0) unequal += 1;
    } catch (thrown) {
      unequal += 1;
      say(
        `${exporter.name.padEnd(7)} ${comparison.of.padEnd(16)} FAILED: ${String(thrown).slice(0, 2_000)}`,
      );
    }
  }
}
if (unequal > 0) process.exitCode = 1;

// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installersFolder } from '../world/installer-templates.ts';
import { runProgram } from '../world/programs.ts';
import { lockedPyproject } from './projects.ts';

let provisioning: Readonly<Record<string, string | undefined>> = process.env;

/** Where the process's own variables are not the developer's. */
export function exportWith(variables: Readonly<Record<string, string | undefined>>): void {
  provisioning = { ...process.env, ...variables };
}

/** What a project's file says. */
export interface Wanted {
  readonly name: string;
  readonly dependencies: readonly string[];
  /** Groups or extras, each of them empty. */
  readonly groups: readonly string[];
  /** An index in place of the tool's own. */
  readonly index: string | null;
}

/** A tool that writes lock files, and exports them as requirements with hashes. */
export interface Exporter {
  readonly name: string;
  /** What pip installs it from. */
  readonly packages: readonly string[];
  /** The lock file's name. */
  readonly lock: string;
  /** The projects' own file that the lock is of; dependencies as pip reads them. */
  readonly project: (wanted: Wanted) => Readonly<Record<string, string>>;
  readonly makeLock: readonly string[];
  readonly exported: readonly string[];
  /** Writes `pylock.toml` (PEP 751) of the same; where it can. */
  readonly pylock?: readonly string[];
  /** A lock may hold a digest of its project's file: what brings it up to date for another one. */
  readonly settle?: (folder: string, tool: string) => Promise<void>;
}

/** Poetry writes into its lock of which project's file it is. */
async function settlePoetry(folder: string, tool: string): Promise<void> {
  const code =
    'from poetry.factory import Factory; print(Factory().create_poetry(".").locker._get_content_hash())';
  const hash = (await run([join(tool, 'bin', 'python'), '-c', code], folder)).trim();
  const path = join(folder, 'poetry.lock');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(/^content-hash = .*$/mu, `content-hash = "${hash}"`));
}

export const EXPORTERS: readonly Exporter[] = [
  {
    name: 'uv',
    packages: ['uv==0.13.9'],
    lock: 'uv.lock',
    project: (wanted) => ({ 'pyproject.toml': lockedPyproject(wanted, 'dependency-groups') }),
    makeLock: ['uv', 'lock', '-q'],
    exported: [
      'uv',
      'export',
      '--frozen',
      '-q',
      '--all-groups',
      '--all-extras',
      '--no-emit-project',
    ],
    pylock: [
      'uv',
      'export',
      '--frozen',
      '-q',
      '--all-groups',
      '--all-extras',
      '--no-emit-project',
      '-o',
      'pylock.toml',
    ],
  },
  {
    name: 'poetry',
    packages: ['poetry==2.5.1', 'poetry-plugin-export==1.10.0'],
    lock: 'poetry.lock',
    project: (wanted) => ({ 'pyproject.toml': lockedPyproject(wanted, 'dependency-groups') }),
    makeLock: ['poetry', 'lock', '-n'],
    exported: ['poetry', 'export', '-n', '--all-groups', '--all-extras'],
    pylock: [
      'poetry',
      'export',
      '-n',
      '--all-groups',
      '--all-extras',
      '-f',
      'pylock.toml',
      '-o',
      'pylock.toml',
    ],
    settle: settlePoetry,
  },
  {
    name: 'pipenv',
    packages: ['pipenv==2026.10.3'],
    lock: 'Pipfile.lock',
    project: ({ dependencies }) => ({
      Pipfile: `[packages]\n${dependencies.map((one) => `${one.replace(/[=<>].*$/u, '').replace(/\[.*$/u, '')} = ${pipfileVersion(one)}`).join('\n')}\n`,
    }),
    makeLock: ['pipenv', 'lock', '-q'],
    exported: ['pipenv', 'requirements', '--hash', '--dev'],
  },
  {
    name: 'pdm',
    packages: ['pdm[locked]==2.29.3'],
    lock: 'pdm.lock',
    project: (wanted) => ({
      'pyproject.toml': lockedPyproject(wanted, 'project.optional-dependencies'),
    }),
    makeLock: ['pdm', 'lock', '-q', '-G', ':all'],
    exported: ['pdm', 'export', '-q', '-G', ':all'],
    pylock: ['pdm', 'export', '-q', '-f', 'pylock', '-o', 'pylock.toml'],
  },
];

function pipfileVersion(requirement: string): string {
  const [, extras = '', version = ''] = /^[\w.-]+(?:\[(.*?)\])?(.*)$/u.exec(requirement) ?? [];
  const names =
    extras === ''
      ? ''
      : `extras = [${extras
          .split(',')
          .map((one) => `"${one}"`)
          .join(', ')}], `;
  return `{${names}version = "${version === '' ? '*' : version}"}`;
}

/** A virtual environment with the tool alone, made once for each machine and user. */
export async function toolFolder({ name, packages }: Exporter): Promise<string> {
  const key = createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 12);
  const folder = join(installersFolder(), `${name}-exporter-${key}`);
  if (existsSync(join(folder, 'ready'))) return folder;
  await mkdir(installersFolder(), { recursive: true, mode: 0o700 });
  // In its own place from the start: the scripts name their interpreter.
  await rm(folder, { recursive: true, force: true });
  await run(['python3', '-m', 'venv', folder], tmpdir());
  const pip = [join(folder, 'bin', 'python'), '-m', 'pip', 'install', '--quiet'];
  await run([...pip, ...packages], tmpdir());
  await writeFile(join(folder, 'ready'), '');
  return folder;
}

export interface Compared {
  readonly exporter: string;
  readonly of: string;
  readonly releases: number;
  readonly hashes: number;
  /** What one says and the other does not; empty: they are equal. */
  readonly differences: readonly string[];
}

export interface Comparison {
  readonly of: string;
  /** A lock that is there already; made by the tool where absent. */
  readonly lock?: string;
  readonly wanted: Wanted;
}

/** What `wheelproof lock list` says of a lock, held against what its own tool exports. */
export async function compare(
  exporter: Exporter,
  { of, lock, wanted }: Comparison,
  list: (path: string) => Promise<string>,
): Promise<Compared> {
  const tool = await toolFolder(exporter);
  const folder = await mkdtemp(join(tmpdir(), 'wheelproof-lockfiles-'));
  try {
    for (const [name, text] of Object.entries(exporter.project(wanted))) {
      await writeFile(join(folder, name), text);
    }
    const path = join(folder, exporter.lock);
    if (lock === undefined) await run(inside(tool, exporter.makeLock), folder);
    else {
      await cp(lock, `${path}.copy`);
      await rename(`${path}.copy`, path);
      await exporter.settle?.(folder, tool);
    }
    const theirs = releasesIn(await run(inside(tool, exporter.exported), folder));
    const ours = releasesListed(await list(path));
    // An older lock may be of a form that its tool no longer turns into another.
    const again = lock === undefined ? await releasesAgain(exporter, { tool, folder, list }) : null;
    return {
      exporter: exporter.name,
      of,
      releases: theirs.size,
      hashes: [...theirs.values()].reduce((sum, hashes) => sum + hashes.size, 0),
      differences: [
        ...missing(theirs, ours).map((what) => `exported and not listed: ${what}`),
        ...missing(ours, theirs).map((what) => `listed and not exported: ${what}`),
        ...missing(again ?? ours, ours).map((what) => `in its pylock.toml alone: ${what}`),
        ...missing(ours, again ?? ours).map((what) => `not in its pylock.toml: ${what}`),
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What we read from the pylock.toml that the tool makes of its own lock. */
async function releasesAgain(
  { pylock }: Exporter,
  {
    tool,
    folder,
    list,
  }: {
    readonly tool: string;
    readonly folder: string;
    readonly list: (path: string) => Promise<string>;
  },
): Promise<Releases | null> {
  if (pylock === undefined) return null;
  await run(inside(tool, pylock), folder);
  return releasesListed(await list(join(folder, 'pylock.toml')));
}

function inside(tool: string, [program = '', ...words]: readonly string[]): readonly string[] {
  return [join(tool, 'bin', program), ...words];
}

type Releases = ReadonlyMap<string, ReadonlySet<string>>;

function missing(from: Releases, among: Releases): readonly string[] {
  return [...from].flatMap(([release, hashes]) => {
    const there = among.get(release);
    if (there === undefined) return [release];
    return [...hashes].filter((hash) => !there.has(hash)).map((hash) => `${release} ${hash}`);
  });
}

/** Read by none of our own code: a requirement a line, its hashes behind it. */
function releasesIn(requirements: string): Releases {
  const releases = new Map<string, Set<string>>();
  const lines = requirements.replaceAll(/\\\r?\n/gu, ' ').split('\n');
  for (const line of lines) {
    const [, name, version] = /^([\w.-]+)(?:\[[^\]]*\])?\s*==\s*([^\s;\\]+)/u.exec(line) ?? [];
    if (name === undefined || version === undefined) continue;
    const key = `${name.toLowerCase().replaceAll(/[-_.]+/gu, '-')} ${version}`;
    const hashes = releases.get(key) ?? new Set();
    for (const [, hash = ''] of line.matchAll(/--hash=(\S+)/gu)) hashes.add(hash);
    releases.set(key, hashes);
  }
  return releases;
}

function releasesListed(json: string): Releases {
  const listed: readonly { name: string; version: string; hashes: readonly string[] }[] =
    JSON.parse(json);
  return new Map(
    listed.map(({ name, version, hashes }) => [`${name} ${version}`, new Set(hashes)]),
  );
}

/** With the developer's own variables: tools and fresh locks come from the real index. */
async function run(words: readonly string[], directory: string): Promise<string> {
  const environment = Object.fromEntries(
    Object.entries(provisioning).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  delete environment['VIRTUAL_ENV'];
  Object.assign(environment, { PIPENV_IGNORE_VIRTUALENVS: '1', WORKON_HOME: join(directory, 'v') });
  const ended = await runProgram(words, { environment, directory });
  if (ended.exit === 0) return ended.stdout;
  throw new Error(
    `${words.join(' ')} ended with ${ended.exit ?? 'a signal'}: ${ended.stderr}${ended.stdout}`,
  );
}

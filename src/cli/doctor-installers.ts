// SPDX-License-Identifier: Apache-2.0
import { basename, dirname } from 'node:path';
import { compareVersions, normaliseVersion } from '../core/version.ts';
import { note, ok, warning, type Check, type Of, type Surroundings } from './doctor-check.ts';
import { judgePath, lookAt } from './doctor-places.ts';
import { pathFolders, type FoundInstaller, type InstallerKind } from './doctor-programs.ts';

interface Age {
  readonly before: string;
  readonly why: string;
}

/** Oldest first. */
const AGES: Readonly<Record<InstallerKind, readonly Age[]>> = {
  pip: [
    { before: '23.2', why: 'older than any that wheelproof was tried with' },
    { before: '24.2', why: 'believes metadata beside a wheel that comes without a hash' },
  ],
  uv: [
    {
      before: '0.12.16',
      why: "not every uv of its age compares files with the index page's hashes",
    },
  ],
};

/** What is there, which of it would be run, and what is wrong with it; the order is that of PATH. */
export function judgeInstallers(
  found: readonly FoundInstaller[],
  chosen: Readonly<Record<InstallerKind, string | null>>,
): readonly Check[] {
  if (found.length === 0) {
    const hint = 'Activate the environment that holds one, or install one.';
    return [warning(['installers', 'installers'], 'no pip and no uv was found', hint)];
  }
  const idle = found.filter(isIdle);
  const live = found.filter((one) => !isIdle(one));
  return [...live.flatMap((one) => judgeOne(one, live, chosen)), ...judgeIdle(idle)];
}

/** A version manager makes a script for each name that any of its Pythons has. */
function isIdle({ version, shim }: FoundInstaller): boolean {
  return version === null && shim !== null;
}

function judgeIdle(idle: readonly FoundInstaller[]): readonly Check[] {
  const programs = idle.map(({ words }) => words.join(' '));
  if (programs.length === 0) return [];
  const message = `scripts of a version manager that start nothing here: ${programs.join(', ')}`;
  return [note(['installers', 'version managers'], message)];
}

/** `pip 26.3, /usr/bin/pip` */
export function nameOf({ kind, version, words }: FoundInstaller): string {
  return `${kind} ${version ?? 'of unknown version'}, ${words.join(' ')}`;
}

function judgeOne(
  one: FoundInstaller,
  all: readonly FoundInstaller[],
  chosen: Readonly<Record<InstallerKind, string | null>>,
): readonly Check[] {
  const { kind, words, version, from, shim } = one;
  const of: Of = [kind, nameOf(one)];
  const clauses: string[] = [];
  const name = basename(words[0] ?? kind);
  if (words.length === 1 && words[0] === chosen[kind])
    clauses.push(`\`wheelproof ${kind}\` runs it`);
  const first = all.find((other) => other.kind === kind && other.from === 'PATH');
  if (from === 'PATH' && first !== one && first !== undefined) {
    const [hider = ''] = first.words;
    const called = basename(hider) === name ? '' : ` or as ${name}`;
    clauses.push(`shadowed by ${hider}: runs only when called by its path${called}`);
  }
  if (from === 'environment') clauses.push('in the active environment, not on PATH');
  if (from === 'module') clauses.push('only as a module of its Python');
  if (shim !== null) {
    const starts = shim.starts === null ? 'could not be found out' : shim.starts.join(' ');
    clauses.push(`a script of ${shim.manager}; what it starts here: ${starts}`);
  }
  const told = clauses.length === 0 ? 'found' : clauses.join('; ');
  if (version === null) {
    const hint = 'Look at what it is: wheelproof does not run what tells no version.';
    return [warning(of, `${told}; does not tell a version`, hint)];
  }
  const aged = ageOf(kind, version);
  if (aged !== null) {
    const update = kind === 'uv' ? 'Update uv.' : pipUpdate(one);
    return [warning(of, `${told}; ${aged.why} (before ${aged.before})`, update)];
  }
  return [shim === null ? ok(of, told) : note(of, told)];
}

function ageOf(kind: InstallerKind, version: string): Age | null {
  if (normaliseVersion(version) === null) return null;
  return AGES[kind].find(({ before }) => compareVersions(version, before) < 0) ?? null;
}

/** What the system owns pip refuses to change (PEP 668). */
function pipUpdate({ words, interpreter }: FoundInstaller): string {
  if (interpreter?.startsWith('/usr/bin/') === true) {
    return 'It is the system’s, which updates it. In an environment of your own pip can be newer: python3 -m venv .venv, wheelproof .venv/bin/pip install --upgrade pip';
  }
  const start = interpreter === null ? words.join(' ') : `${interpreter} -m pip`;
  return `Update it: wheelproof ${start} install --upgrade pip`;
}

/** Others that fetch distributions by themselves. */
const OUTSIDE = [
  'pipx',
  'poetry',
  'pipenv',
  'pdm',
  'hatch',
  'conda',
  'mamba',
  'micromamba',
  'pixi',
];

/** What no wrapper can see, and what is not held. */
export async function checkOutside(around: Surroundings): Promise<readonly Check[]> {
  const { machine, environment, directory } = around;
  const checks: Check[] = [];
  for (const name of OUTSIDE) {
    const program = await machine.findProgram(name, environment, directory);
    if (program === null) continue;
    const message = `fetches packages by itself and is not held: ${program}`;
    checks.push(note(['outside', name], message));
  }
  checks.push(
    note(
      ['outside', 'shell'],
      'aliases and functions of your shell cannot be seen from here; without the word wheelproof before it, no installer is held',
      'See what your shell runs: type -a pip uv',
    ),
    note(
      ['outside', 'pythons'],
      'what `uv python install`, `uv self update` and ensurepip bring is no distribution: it is named in the report, not vouched for',
    ),
  );
  return checks;
}

/** Whoever can write a folder of PATH chooses which pip is run (attack K23). */
export async function checkPath(around: Surroundings): Promise<readonly Check[]> {
  const stated = (around.environment['PATH'] ?? '').split(':');
  const checks: Check[] = [];
  if (
    stated.some((folder) => !folder.startsWith('/')) &&
    around.environment['PATH'] !== undefined
  ) {
    const message =
      'holds the working directory or a folder relative to it: a pip lying there is run';
    checks.push(warning(['path', 'PATH'], message, 'Name absolute folders only.'));
  }
  for (const folder of pathFolders(around)) {
    const facts = await lookAt(folder);
    const wrong = facts === null ? null : judgePath(['path', 'PATH'], facts, 'above', around.uid);
    if (wrong === null) continue;
    const hint = wrong.hint ?? '';
    checks.push(warning(['path', 'PATH'], `${wrong.message}: who can choose your pip`, hint));
  }
  return checks;
}

/** Whoever can write an installer has it do anything. */
export async function checkPrograms(
  found: readonly FoundInstaller[],
  me: number | null,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const one of found) {
    const [program = ''] = one.words;
    for (const path of [program, dirname(program)]) {
      const facts = await lookAt(path);
      const wrong = facts === null ? null : judgePath([one.kind, nameOf(one)], facts, 'above', me);
      if (wrong !== null)
        checks.push(warning([wrong.id, wrong.subject], wrong.message, wrong.hint ?? ''));
    }
  }
  return checks;
}

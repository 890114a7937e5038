// SPDX-License-Identifier: Apache-2.0
import { realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Machine } from '../core/machine.ts';
import { sitesOf } from '../host/index.ts';
import { note, ok, warning, type Check, type Of, type Surroundings } from './doctor-check.ts';
import type { FoundInstaller } from './doctor-programs.ts';

/** One `.pth` file, or a module that Python runs at every start. */
export interface Hook {
  readonly path: string;
  /** Where it lies: PYTHONPATH is the user's choice of the moment, the others stay. */
  readonly from: 'site' | 'library' | 'PYTHONPATH';
}

/** Of packages that many have: build tools, environments, coverage. */
const WELL_KNOWN =
  /^(?:distutils-precedence|_virtualenv|__editable__.*|_editable_.*|.*nspkg|a1_coverage|pywin32|zope.*)\.pth$/u;
const CUSTOM = ['sitecustomize', 'usercustomize'];
const READ = 'Read it: what it does, it does inside pip too. Remove it if you do not know it.';

/** Code that runs inside pip before pip's own first line (attack K22). */
export function judgeHooks(interpreter: string, hooks: readonly Hook[]): readonly Check[] {
  const of: Of = ['python.hooks', interpreter];
  if (hooks.length === 0) return [ok(of, 'nothing runs before pip')];
  return hooks.map(({ path, from }) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const message = `${path} runs at every start of this Python, pip's included`;
    const expected = from === 'library' || (from === 'site' && WELL_KNOWN.test(name));
    return expected
      ? note(of, `${message} (of a kind that is often there)`)
      : warning(of, message, READ);
  });
}

export async function checkHooks(
  around: Surroundings,
  found: readonly FoundInstaller[],
): Promise<readonly Check[]> {
  const interpreters = new Map(
    found.flatMap(({ interpreter, prefix }) =>
      interpreter === null ? [] : [[interpreter, prefix] as const],
    ),
  );
  const checks: Check[] = [...judgeVariables(around)];
  for (const [interpreter, prefix] of interpreters) {
    checks.push(...judgeHooks(interpreter, await hooksOf(around, interpreter, prefix)));
  }
  return checks;
}

const VARIABLES: Readonly<Record<string, string>> = {
  PYTHONPATH: 'modules there come before those of every Python: pip imports them too',
  PYTHONHOME: "takes the place of every Python's own library",
  PYTHONUSERBASE: 'moves the folder of your own packages, which pip imports too',
  PYTHONINSPECT: 'keeps Python waiting at its prompt after pip has ended',
};

function judgeVariables({ environment }: Surroundings): readonly Check[] {
  return Object.entries(VARIABLES).flatMap(([name, why]) => {
    if ((environment[name] ?? '') === '') return [];
    const hint = `unset ${name}, or start pip apart from it: wheelproof python3 -I -m pip …`;
    return [warning(['python.variables', name], why, hint)];
  });
}

async function hooksOf(
  around: Surroundings,
  interpreter: string,
  prefix: string | null,
): Promise<readonly Hook[]> {
  const { machine, environment, directory } = around;
  const isVenv = prefix !== null && (await machine.kindOf(join(prefix, 'pyvenv.cfg'))) === 'file';
  const sites = isVenv
    ? await sitesOf({ kind: 'environment', path: prefix })
    : await sitesOf({ kind: 'interpreter', path: interpreter }, environment);
  // Often `lib64` is a link to `lib`.
  const apart = new Map<string, string>();
  for (const site of sites) {
    const place = await realpath(site).catch(() => site);
    if (!apart.has(place)) apart.set(place, site);
  }
  const library = await libraryOf(around, interpreter);
  const named = (environment['PYTHONPATH'] ?? '').split(':').filter((folder) => folder !== '');
  const folders: readonly (readonly [string, Hook['from']])[] = [
    ...[...apart.values()].map((path) => [path, 'site'] as const),
    ...(library === null ? [] : [[library, 'library'] as const]),
    ...named.map((path) => [resolve(directory, path), 'PYTHONPATH'] as const),
  ];
  const hooks: Hook[] = [];
  for (const [folder, from] of new Map(folders)) {
    for (const path of await hooksIn(around, folder, from)) hooks.push({ path, from });
  }
  return hooks;
}

async function hooksIn(
  { machine }: Surroundings,
  folder: string,
  from: Hook['from'],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await machine.list(folder)) {
    const path = join(folder, name);
    const custom = CUSTOM.some((module) => name === module || name === `${module}.py`);
    // A .pth file counts only in a folder of distributions.
    if (custom) found.push(path);
    else if (from === 'site' && name.endsWith('.pth') && (await runsCode(machine, path))) {
      found.push(path);
    }
  }
  return found;
}

/** Python's site module runs lines that begin with `import`; the others are folders. */
async function runsCode(machine: Machine, path: string): Promise<boolean> {
  const text = await machine.readText(path).catch(() => 'import '); // unreadable as text: suspicious
  return /^import[ \t]/mu.test((text ?? '').replace(/^\ufeff/u, ''));
}

/** Asked so that no hook runs. */
async function libraryOf(
  { machine, environment }: Surroundings,
  interpreter: string,
): Promise<string | null> {
  const question = 'import os; print(os.__file__)';
  const answer = await machine.ask(interpreter, ['-I', '-S', '-c', question], environment, '/');
  const file = answer?.trim() ?? '';
  return file.startsWith('/') ? dirname(file) : null;
}

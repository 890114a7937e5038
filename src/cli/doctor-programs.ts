// SPDX-License-Identifier: Apache-2.0
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { findPipHome, type PipHome } from '../installers/pip-home.ts';
import type { Surroundings } from './doctor-check.ts';

export type InstallerKind = 'pip' | 'uv';

/** One installer as it can be started. */
export interface FoundInstaller {
  readonly kind: InstallerKind;
  /** What starts it: `/usr/bin/pip`, or `/usr/bin/python3 -m pip`. */
  readonly words: readonly string[];
  /** `null`: it did not tell. */
  readonly version: string | null;
  readonly from: 'PATH' | 'environment' | 'module';
  /** A script of a version manager, and what that starts here where it could be found out. */
  readonly shim: { readonly manager: string; readonly starts: readonly string[] | null } | null;
  /** Runs it, where it is known. */
  readonly interpreter: string | null;
  readonly prefix: string | null;
  /** Equal for two ways to start the same one. */
  readonly identity: string;
}

const NAMES: Readonly<Record<InstallerKind, RegExp>> = {
  pip: /^pip(?:\d+(?:\.\d+)*)?$/u,
  uv: /^uv$/u,
};
const KINDS: readonly InstallerKind[] = ['pip', 'uv'];
const PYTHONS = ['python3', 'python'];
/** Each one may take a second to tell its version. */
const MOST = 24;

interface Way {
  readonly kind: InstallerKind;
  readonly words: readonly string[];
  readonly from: FoundInstaller['from'];
}

/**
 * Every pip and uv: all that PATH holds in its order, those beside the active interpreter, and
 * `python -m pip`. Several names of one in one folder count once.
 */
export async function findInstallers(around: Surroundings): Promise<readonly FoundInstaller[]> {
  const found: FoundInstaller[] = [];
  const seen = new Set<string>();
  const ways = (await waysToStart(around)).slice(0, MOST);
  const all = await Promise.all(
    ways.map(async (way) => [way, await examine(around, way)] as const),
  );
  for (const [way, one] of all) {
    const place = way.from === 'module' ? 'module' : dirname(await real(way.words[0] ?? ''));
    const once = `${way.from === 'module' ? '' : place}\0${one.identity}`;
    const known = way.from === 'module' && found.some(({ identity }) => identity === one.identity);
    if (seen.has(once) || known || (way.from === 'module' && one.version === null)) continue;
    seen.add(once);
    found.push(one);
  }
  return found;
}

/** Those that tell a version, each once, whatever it is called. */
export function distinctInstallers(found: readonly FoundInstaller[]): readonly FoundInstaller[] {
  const known = found.filter(({ version }) => version !== null);
  return [...new Map(known.toReversed().map((one) => [one.identity, one])).values()].toReversed();
}

async function waysToStart(around: Surroundings): Promise<readonly Way[]> {
  const { machine, environment, directory } = around;
  const folders = [
    ...pathFolders(around).map((folder) => ({ folder, from: 'PATH' as const })),
    ...activeFolders(around).map((folder) => ({ folder, from: 'environment' as const })),
  ];
  const ways: Way[] = [];
  for (const { folder, from } of folders) {
    const names = await machine.list(folder);
    for (const kind of KINDS) {
      for (const name of names.filter((one) => NAMES[kind].test(one))) {
        const program = await machine.findProgram(join(folder, name), environment, directory);
        if (program !== null) ways.push({ kind, words: [program], from });
      }
    }
  }
  for (const name of PYTHONS) {
    const python = await machine.findProgram(name, environment, directory);
    if (python !== null) ways.push({ kind: 'pip', words: [python, '-m', 'pip'], from: 'module' });
  }
  return ways;
}

/** As a shell goes through them; each real folder once, under its first name. */
export function pathFolders({ environment, directory }: Surroundings): readonly string[] {
  const path = environment['PATH'] ?? '';
  return path === '' ? [] : [...new Set(path.split(':').map((one) => resolve(directory, one)))];
}

function activeFolders({ environment }: Surroundings): readonly string[] {
  return [environment['VIRTUAL_ENV'], environment['CONDA_PREFIX']]
    .filter((root) => root !== undefined && root !== '')
    .map((root) => join(String(root), 'bin'));
}

async function examine(around: Surroundings, way: Way): Promise<FoundInstaller> {
  return way.kind === 'pip' ? await examinePip(around, way) : await examineUv(around, way);
}

async function examinePip(around: Surroundings, way: Way): Promise<FoundInstaller> {
  const { machine, environment, directory } = around;
  const [program = '', ...prefix] = way.words;
  const home = await findPipHome(
    machine,
    { program, prefix },
    { words: [], environment, directory },
  );
  const manager = prefix.length > 0 ? null : await managerOf(around, program);
  return {
    ...way,
    version: home?.version ?? null,
    shim: manager === null ? null : { manager, starts: home === null ? null : moduleWords(home) },
    interpreter: home?.interpreter ?? null,
    prefix: home?.prefix ?? null,
    identity: `pip ${home === null || home.site === null ? await real(program) : await real(home.site)}`,
  };
}

function moduleWords({ interpreter }: PipHome): readonly string[] | null {
  return interpreter === null ? null : [interpreter, '-m', 'pip'];
}

async function examineUv(around: Surroundings, way: Way): Promise<FoundInstaller> {
  const { machine, environment, directory } = around;
  const [program = ''] = way.words;
  const manager = await managerOf(around, program);
  const answer = await machine.ask(program, ['--version'], environment, directory);
  const behind = manager === null ? null : await askManager(around, manager);
  return {
    ...way,
    version: /^uv (\S+)/u.exec(answer ?? '')?.[1] ?? null,
    shim: manager === null ? null : { manager, starts: behind === null ? null : [behind] },
    interpreter: null,
    prefix: null,
    identity: `uv ${await real(behind ?? program)}`,
  };
}

const MANAGERS = /\b(pyenv|asdf|mise|rtx)\b/u;

/** Version managers put a script in the way that chooses by folder and variable. */
async function managerOf({ machine }: Surroundings, program: string): Promise<string | null> {
  if (basename(dirname(program)) !== 'shims') return null;
  const text = await machine.readText(program).catch(() => ''); // a binary
  return MANAGERS.exec(text ?? '')?.[1] ?? MANAGERS.exec(await real(program))?.[1] ?? 'unknown';
}

async function askManager(around: Surroundings, manager: string): Promise<string | null> {
  const { machine, environment, directory } = around;
  const program = await machine.findProgram(manager, environment, directory);
  if (program === null) return null;
  const answer = await machine.ask(program, ['which', 'uv'], environment, directory);
  const path = answer?.trim() ?? '';
  return path.startsWith('/') ? path : null;
}

async function real(path: string): Promise<string> {
  return await realpath(path).catch(() => path); // what cannot be followed stands for itself
}

// SPDX-License-Identifier: Apache-2.0
import { dirname, join } from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { Call, Located, Recognised } from '../core/installer.ts';
import type { Machine } from '../core/machine.ts';
import { normaliseName } from '../core/project-name.ts';
import { safeText } from '../core/safe-text.ts';
import { modulePrefix } from './interpreter-hooks.ts';
import { scriptInterpreter } from './pip-home.ts';

/** A tool that is a Python program, and where it lives. */
export interface ToolHome {
  readonly located: Located;
  /** The interpreter that runs it, where that could be told. */
  readonly interpreter: string | null;
  /** The folder of distributions that holds it, where that could be told. */
  readonly site: string | null;
}

export interface ToolName {
  /** Its project's name on an index: `pip-tools`. */
  readonly project: string;
  /** Finds the version in what `--version` prints. */
  readonly version: RegExp;
}

/**
 * Finds a tool and its version; where it lives in a virtual environment, without starting it.
 * @throws Refusal `WP-INSTALLER-NOT-FOUND`
 */
export async function findTool(
  machine: Machine,
  { starter }: Recognised,
  call: Call,
  name: ToolName,
): Promise<ToolHome> {
  const [word = '', ...words] = starter;
  const program = await machine.findProgram(word, call.environment, call.directory);
  if (program === null) throw notFound(`${safeText(word, 200)} was not found on PATH`);
  const interpreter = words.length > 0 ? program : await scriptInterpreter(machine, program);
  const resting = interpreter === null ? null : await restingPlace(machine, interpreter, name);
  const prefix = modulePrefix(words, resting?.python ?? '');
  if (resting !== null) {
    const { version, site } = resting;
    return { located: { program, prefix, version }, interpreter, site };
  }
  // `python -m` takes modules from the working directory first.
  const directory = words.length > 0 ? '/' : call.directory;
  const answer = await machine.ask(program, [...words, '--version'], call.environment, directory);
  const version = name.version.exec(answer ?? '')?.[1];
  if (version === undefined) {
    const asked = [program, ...words, '--version'].join(' ');
    throw notFound(`${safeText(asked, 200)} did not tell a ${name.project} version`);
  }
  return { located: { program, prefix, version }, interpreter, site: null };
}

interface Resting {
  readonly version: string;
  readonly python: string;
  readonly site: string;
}

/** The only distribution of that name in the virtual environment that an interpreter belongs to. */
async function restingPlace(
  machine: Machine,
  interpreter: string,
  { project }: ToolName,
): Promise<Resting | null> {
  const root = dirname(dirname(interpreter));
  if ((await machine.kindOf(join(root, 'pyvenv.cfg'))) !== 'file') return null;
  const found: Resting[] = [];
  for (const folder of await machine.list(join(root, 'lib'))) {
    const site = join(root, 'lib', folder, 'site-packages');
    const python = /(\d+\.\d+)/u.exec(folder)?.[1] ?? '';
    for (const entry of await machine.list(site)) {
      const [, name = '', version = ''] = /^(.+)-([^-]+)\.dist-info$/u.exec(entry) ?? [];
      if (name !== '' && normaliseName(name) === project) found.push({ version, python, site });
    }
  }
  const [only] = found;
  return found.length === 1 && only !== undefined ? only : null;
}

function notFound(message: string): Refusal {
  return new Refusal('WP-INSTALLER-NOT-FOUND', { message });
}

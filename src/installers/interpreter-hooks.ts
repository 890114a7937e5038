// SPDX-License-Identifier: Apache-2.0
import { delimiter, join, relative, resolve } from 'node:path';
import { reason, type Reason } from '../core/errors.ts';
import type { Call } from '../core/installer.ts';
import type { Environment, Machine } from '../core/machine.ts';
import { safeText } from '../core/safe-text.ts';

/** Python takes code from there before the installer's own first line (attack K22). */
export const HOOKS: Readonly<Record<string, string>> = {
  PYTHONPATH: 'Python code that lies there would run inside the installer',
  PYTHONPYCACHEPREFIX: 'compiled Python code that lies there would run inside the installer',
  PYTHONSTARTUP: 'Python code that lies there could run inside the installer',
};

export interface HooksKept {
  /** The folder that holds the installer: where PYTHONPATH leads to it, it has to stay. */
  readonly site: string | null;
  /** A program of the user's own runs, or a build that is to find its tools there. */
  readonly needed: boolean;
}

export interface Unhooked {
  readonly environment: Environment;
  readonly notes: readonly string[];
}

export function withoutHooks(call: Call, { site, needed }: HooksKept): Unhooked {
  const { environment, directory } = call;
  if (needed) return { environment, notes: [] };
  const kept: [string, string | undefined][] = [];
  const notes: string[] = [];
  for (const entry of Object.entries(environment)) {
    const [name, value] = entry;
    const why = Object.hasOwn(HOOKS, name) ? HOOKS[name] : undefined;
    const needs = name === 'PYTHONPATH' && holds(value ?? '', site, directory);
    if (why === undefined || value === undefined || value === '' || needs) kept.push(entry);
    else notes.push(`${name} was taken out of the installer's way: ${why}.`);
  }
  return { environment: Object.fromEntries(kept), notes };
}

function holds(path: string, site: string | null, directory: string): boolean {
  if (site === null) return false;
  return path
    .split(delimiter)
    .some((folder) => folder !== '' && relative(resolve(directory, folder), site) === '');
}

/** `python -P` leaves the working directory out of the module path. */
const SAFE_PATH_SINCE = 11;

/**
 * How a module is started without code of the working directory. @param python `3.12`, empty where
 * unknown
 */
export function modulePrefix(prefix: readonly string[], python: string): readonly string[] {
  const minor = /^3\.(\d+)/u.exec(python)?.[1];
  const safe = minor !== undefined && Number(minor) >= SAFE_PATH_SINCE;
  return prefix.length === 0 || !safe || isAlone(prefix) ? prefix : ['-P', ...prefix];
}

/** The user said so already. */
function isAlone(prefix: readonly string[]): boolean {
  return prefix.some((word) => /^-[^-m]*[IP]/u.test(word));
}

/** Of an older Python: what would run in the installer's place. */
export async function shadowRefusals(
  machine: Machine,
  { directory }: Call,
  { prefix, module }: { readonly prefix: readonly string[]; readonly module: string },
): Promise<readonly Reason[]> {
  if (prefix.length === 0 || isAlone(prefix)) return [];
  for (const name of [`${module}.py`, `${module}/__init__.py`, `${module}/__main__.py`]) {
    const path = join(directory, name);
    if ((await machine.kindOf(path)) === null) continue;
    const message = `${safeText(path, 300)} would run in the place of ${module}: \`python -m\` looks into the working directory first`;
    return [
      reason('WP-BYPASS-CONFIG', message, `Call ${module} by its own name, or from elsewhere.`),
    ];
  }
  return [];
}

// SPDX-License-Identifier: Apache-2.0
import { dirname, join, resolve } from 'node:path';
import { reason, type Reason } from '../core/errors.ts';
import type { Call } from '../core/installer.ts';
import type { Machine } from '../core/machine.ts';
import { safeText } from '../core/safe-text.ts';
import { HOOKS } from './interpreter-hooks.ts';
import type { Pipfile } from './pipenv-project.ts';
import { leadsPast } from './past-the-gate.ts';
import { isOn } from './uv-targets.ts';

/** What a project's `.env` would undo of how a run is steered. */
export interface DotEnv {
  readonly refusals: readonly Reason[];
  readonly notes: readonly string[];
  /** It is not to be loaded at all. */
  readonly leftOut: boolean;
}

const HARMLESS: DotEnv = { refusals: [], notes: [], leftOut: false };

/** As python-dotenv takes a line's name; what it would overlook is looked at all the same. */
const NAME =
  // oxlint-disable-next-line no-control-regex -- Python counts them as space
  /^[\s\x1c-\x1f\x85]*(?:export\s+)?(?:'([^']+)'|([^=#\s]+))/u;

/**
 * pipenv loads `.env` before whatever it does, over what the environment says (`load_dot_env`).
 * @param needed a program of the user's own runs, and is to find what stands there.
 */
export async function readDotEnv(
  machine: Machine,
  { environment, directory }: Call,
  { pipfile, needed }: { readonly pipfile: Pipfile | null; readonly needed: boolean },
): Promise<DotEnv> {
  if (isOn(environment['PIPENV_DONT_LOAD_ENV'])) return HARMLESS;
  const folder = pipfile === null ? directory : dirname(pipfile.path);
  const stated = environment['PIPENV_DOTENV_LOCATION'] ?? '';
  const path = stated === '' ? join(folder, '.env') : resolve(directory, stated);
  if ((await machine.kindOf(path)) !== 'file') return HARMLESS;
  const names = namesIn((await machine.readText(path)) ?? '');
  const refusals = names.filter(leadsPast).map((name) => bypass(path, name));
  const hooks = needed ? [] : names.filter((name) => Object.hasOwn(HOOKS, name));
  const notes = hooks.map(
    (name) => `${safeText(path, 300)} was left out: it sets ${name}, and ${HOOKS[name] ?? ''}.`,
  );
  return { refusals, notes, leftOut: hooks.length > 0 };
}

function namesIn(text: string): readonly string[] {
  const lines = text.replace(/^\ufeff/u, '').split(/\r\n|\n|\r/u);
  const names = lines.map((line) => NAME.exec(line)).map((found) => found?.[1] ?? found?.[2]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

function bypass(path: string, name: string): Reason {
  const shown = safeText(name, 60);
  return reason(
    'WP-BYPASS-CONFIG',
    `${safeText(path, 300)} sets ${shown}, which pipenv takes over what leads it through the gate`,
    `Remove ${shown} there; where it is needed, set it in the environment, or PIPENV_DONT_LOAD_ENV=1.`,
  );
}

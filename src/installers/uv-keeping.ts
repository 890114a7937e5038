// SPDX-License-Identifier: Apache-2.0
import type { Intent } from '../core/installer.ts';
import type { StatedOption } from '../core/lockfile.ts';
import type { Environment } from '../core/machine.ts';
import { has, valuesOf } from './argument-scan.ts';
import type { UvArguments } from './uv-options.ts';
import { INTO_INTERPRETER, isOn } from './uv-targets.ts';

const LINK_MODE = '--link-mode';
/** Whatever else uv does with a tree of its cache, an edit of what was installed may reach the tree. */
const COPY = 'copy';

/**
 * What uv keeps in its private cache: pages, of which it asks the gate each time whether they stand;
 * and the wheels that an earlier run unpacked, where it asks for a page before it takes one. Others
 * take from there what a lock file names.
 */
export function keeping(
  { fetches, verb, scan }: UvArguments,
  environment: Environment,
  options: readonly StatedOption[],
): Pick<Intent, 'keepsPages' | 'keepsWheels'> {
  if (!fetches || has(scan, '--no-cache') || isOn(environment['UV_NO_CACHE'])) return {};
  const pages = { keepsPages: true as const };
  if (!INTO_INTERPRETER.has(verb) || has(scan, '--offline', '--dry-run')) return pages;
  const stated = environment['UV_LINK_MODE'] ?? '';
  const modes = [
    ...valuesOf(scan, LINK_MODE),
    ...(stated === '' ? [] : [stated]),
    ...options.flatMap(({ name, value }) => (name === LINK_MODE ? [value] : [])),
  ];
  return modes.every((mode) => mode === COPY) ? { ...pages, keepsWheels: true } : pages;
}

/** What uv is told for it: of itself it links where the file system lets it. */
export function copying({
  keepsWheels,
}: Pick<Intent, 'keepsWheels'>): Readonly<Record<string, string>> {
  return keepsWheels === true ? { UV_LINK_MODE: COPY } : {};
}

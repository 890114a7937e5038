// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';
import type { Call, InstallTarget } from '../core/installer.ts';
import type { Machine } from '../core/machine.ts';
import type { PipHome } from './pip-home.ts';
import type { PipSettings } from './pip-settings.ts';

/** Where `pip install` puts things; empty for verbs that install nothing. */
export async function pipTargets(
  machine: Machine,
  call: Call,
  { verb, settings, home }: { verb: string; settings: PipSettings; home: PipHome | null },
): Promise<readonly InstallTarget[]> {
  if (verb !== 'install') return [];
  const at = (path: string): string => resolve(call.directory, path);
  const folder = settings.one('--target');
  if (folder !== null) return [{ kind: 'directory', path: at(folder) }];
  const root = settings.one('--root');
  const prefix = settings.one('--prefix') ?? (root === null ? null : (home?.prefix ?? '/usr'));
  if (prefix !== null) {
    return [{ kind: 'environment', path: root === null ? at(prefix) : join(at(root), prefix) }];
  }
  const python = settings.one('--python');
  if (python !== null) {
    const path = at(python);
    const inside =
      (await machine.kindOf(path)) === 'directory' ? join(path, 'bin', 'python') : path;
    return [{ kind: 'interpreter', path: inside }];
  }
  if (home === null) return [];
  if (home.interpreter !== null) return [{ kind: 'interpreter', path: home.interpreter }];
  return home.site === null ? [] : [{ kind: 'directory', path: home.site }];
}

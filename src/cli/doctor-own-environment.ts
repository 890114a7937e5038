// SPDX-License-Identifier: Apache-2.0
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Surroundings } from './doctor-check.ts';

const KEPT = ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'LD_LIBRARY_PATH', 'USER', 'LOGNAME'];

/** The user's programs without the user's settings: those are looked at apart. */
export async function makeOwnEnvironment(
  { environment, home }: Surroundings,
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  const kept = KEPT.map((name): [string, string] => [name, environment[name] ?? '']);
  const folders: Record<string, string> = {};
  for (const name of ['DATA_HOME', 'CACHE_HOME', 'STATE_HOME', 'CONFIG_HOME', 'CONFIG_DIRS']) {
    folders[`XDG_${name}`] = join(folder, name.toLowerCase());
  }
  const own = { HOME: join(folder, 'home'), TMPDIR: join(folder, 'tmp'), ...folders };
  for (const path of Object.values(own)) await mkdir(path, { recursive: true, mode: 0o700 });
  return {
    ...Object.fromEntries(kept.filter(([, value]) => value !== '')),
    ...own,
    // pip itself may live there.
    PYTHONUSERBASE: environment['PYTHONUSERBASE'] || join(home, '.local'),
    PIP_CONFIG_FILE: '/dev/null',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_INPUT: '1',
    UV_NO_CONFIG: '1',
    UV_PYTHON_DOWNLOADS: 'never',
    NO_COLOR: '1',
  };
}

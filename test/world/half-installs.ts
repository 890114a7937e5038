// SPDX-License-Identifier: Apache-2.0
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeWheel } from './wheel.ts';

/** Modules of each of the two wheels. */
export const MODULES = 400;

const modulesOf = (name: string): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: MODULES }, (_, at) => [
      `${name}/m${String(at).padStart(3, '0')}.py`,
      'X = 1\n',
    ]),
  );

/** Two wheels that take a moment to be laid out. */
export const SLOW_WHEELS = ['first', 'second'].map((name) =>
  makeWheel({ name, version: '1.0', files: modulesOf(name) }),
);

/** What must lie there before the installer is killed. */
export const KILL_POINTS = [
  'first/__init__.py',
  'first/m000.py',
  'first/m200.py',
  'first/m399.py',
  'first-1.0.dist-info/METADATA',
  'second/m000.py',
  'second/m300.py',
  'second-1.0.dist-info/WHEEL',
];

export interface Killing {
  /** The real installer, as a command. */
  readonly real: readonly string[];
  readonly python: string;
  readonly site: string;
  /** Below the site: killed as soon as it is there. */
  readonly point: string;
  /** Below the site: half of it is left, as if it had been written just then. */
  readonly cut?: string | null;
}

/** A program in the installer's place that kills the real one half-way, and then itself. */
export function killingProgram({ real, python, site, point, cut = null }: Killing): string {
  return `#!${python}
import os, signal, subprocess, sys
child = subprocess.Popen([*${JSON.stringify(real)}, *sys.argv[1:]])
cut = ${cut === null ? 'None' : JSON.stringify(join(site, cut))}
point = ${JSON.stringify(join(site, point))}
while child.poll() is None:
    if os.path.exists(point):
        child.kill()
        child.wait()
        if cut is not None:
            os.truncate(cut, os.path.getsize(cut) // 2)
        os.kill(os.getpid(), signal.SIGKILL)
sys.exit(child.returncode)
`;
}

/** Where a virtual environment's packages lie. */
export async function siteOf(target: string): Promise<string> {
  const [python = ''] = await readdir(join(target, 'lib'));
  return join(target, 'lib', python, 'site-packages');
}

/** What Python could import, by itself: each top entry that no finished distribution lists. */
export async function orphans(site: string, before: ReadonlySet<string>): Promise<string[]> {
  const names = (await readdir(site)).filter((name) => !before.has(name) && name !== '__pycache__');
  const owned = new Set<string>();
  for (const name of names.filter((one) => one.endsWith('.dist-info'))) {
    const record = await readFile(join(site, name, 'RECORD'), 'utf8').catch(() => '');
    const paths = record.split('\n').map((line) => line.split(',')[0] ?? '');
    const there = await Promise.all(
      paths.filter((path) => path !== '').map((path) => exists(join(site, path))),
    );
    if (!paths.includes(`${name}/INSTALLER`) || there.includes(false)) continue;
    for (const path of paths) owned.add(path.split('/')[0] ?? '');
  }
  return names.filter((name) => !owned.has(name));
}

async function exists(path: string): Promise<boolean> {
  return await readFile(path).then(
    () => true,
    () => false,
  );
}

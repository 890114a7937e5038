// SPDX-License-Identifier: Apache-2.0
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import type { ChildProcess } from 'node:child_process';
import type { Report } from '../../src/core/report.ts';
import type { WiringName } from '../attacks/defences.ts';
import { runGuarded, type Guarded } from '../attacks/door.ts';
import { openEnvironment, type Environment } from '../world/environments.ts';
import { listed } from '../world/index-model.ts';
import { INSTALLER_VERSIONS, newest, type InstallerName } from '../world/installer-versions.ts';
import { provisionWith } from '../world/installer-templates.ts';
import { makeSdist, makeWheel, type BuiltFile } from '../world/wheel.ts';
import { FILES, openWorld, type World } from '../world/world.ts';

provisionWith(inject('callersEnvironment'));

/** The newest, and where the full set is asked for, the older ones too. */
export function versionsOf(installer: InstallerName): readonly string[] {
  const full = inject('callersEnvironment')['WHEELPROOF_FULL'] === '1';
  return full ? INSTALLER_VERSIONS[installer] : [newest(installer)];
}

/** A machine with one installer, on a small internet of its own. */
export interface Bench extends AsyncDisposable {
  readonly world: World;
  readonly environment: Environment;
  /** Real wheelproof before the real installer. */
  run(words: readonly string[], how?: RunOptions): Promise<Guarded>;
  /** Writes below the working directory, or at an absolute path. */
  write(path: string, content: string | Uint8Array): Promise<string>;
  read(path: string): Promise<string>;
}

export interface RunOptions {
  /** Our own options. */
  readonly own?: readonly string[];
  /** Laid over the machine's; `null` unsets. */
  readonly variables?: Readonly<Record<string, string | null>>;
  readonly directory?: string;
  readonly watch?: (child: ChildProcess) => void;
  /** A command of ours. */
  readonly bare?: boolean;
  /** Another wiring than the shipped one. */
  readonly wiring?: WiringName;
}

export async function openBench(
  installer: InstallerName,
  version: string = newest(installer),
): Promise<Bench> {
  const world = await openWorld();
  world.reset();
  const environment = await openEnvironment(world, installer, version);
  // pip's uninstaller takes a folder for empty that holds links alone, as its own are lent here.
  await writeFile(join(await sitePackages(environment), 'README.txt'), '');
  const at = (path: string): string =>
    join(path.startsWith('/') ? '' : environment.directory, path);
  return {
    world,
    environment,
    async run(words, { variables = {}, ...how } = {}) {
      const all = Object.entries({ ...environment.variables, ...variables });
      const set = all.filter((entry): entry is [string, string] => entry[1] !== null);
      return await runGuarded({
        ...how,
        environment: { ...environment, variables: Object.fromEntries(set) },
        words,
      });
    },
    async write(path, content) {
      await mkdir(dirname(at(path)), { recursive: true });
      await writeFile(at(path), content);
      return at(path);
    },
    read: (path) => readFile(at(path), 'utf8'),
    async [Symbol.asyncDispose]() {
      await environment[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

async function sitePackages({ target }: Environment): Promise<string> {
  const [python = ''] = await readdir(join(target, 'lib'));
  return join(target, 'lib', python, 'site-packages');
}

/** `app` wants `lib`; `built` exists as source alone, and its build wants `helper`. */
export const LIB = makeWheel({ name: 'lib', version: '1.1' });
export const OLD_LIB = makeWheel({ name: 'lib', version: '1.0' });
export const APP = makeWheel({ name: 'app', version: '2.0', requires: ['lib>=1'] });
export const HELPER = makeWheel({ name: 'helper', version: '3.0' });
export const BUILT = makeSdist({
  name: 'built',
  version: '4.0',
  files: { 'pyproject.toml': projectBuiltBy('backend') },
});
export const TOOL = makeWheel({
  name: 'tool',
  version: '5.0',
  requires: ['lib'],
  files: {
    'tool/__main__.py': 'def main():\n    print("tool ran")\n',
    'tool-5.0.dist-info/entry_points.txt': '[console_scripts]\ntool = tool.__main__:main\n',
  },
});

/** The sources of a project that wants `lib`, built by hand with `helper` there. */
export const MINE: Readonly<Record<string, string>> = {
  'pyproject.toml': projectBuiltBy('own'),
  'own.py': `import os, zipfile
def build_wheel(directory, settings=None, metadata=None):
    name = 'mine-1.0-py3-none-any.whl'
    with zipfile.ZipFile(os.path.join(directory, name), 'w') as out:
        out.writestr('mine.py', '')
        out.writestr('mine-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: mine\\nVersion: 1.0\\nRequires-Dist: lib\\n')
        out.writestr('mine-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        out.writestr('mine-1.0.dist-info/RECORD', 'mine.py,,\\nmine-1.0.dist-info/METADATA,,\\nmine-1.0.dist-info/WHEEL,,\\nmine-1.0.dist-info/RECORD,,\\n')
    return name
build_editable = build_wheel
`,
};

function projectBuiltBy(backend: string): string {
  return `[build-system]\nrequires = ["helper"]\nbuild-backend = "${backend}"\nbackend-path = ["."]\n`;
}

export function publishAll(world: World): void {
  for (const file of [LIB, OLD_LIB, APP, HELPER, BUILT, TOOL]) world.publish(file);
}

/** Lists a file on another index than the usual one. */
export function publishAt(world: World, host: string, file: BuiltFile): void {
  const { projects } = world.host(host);
  const model = { name: file.project, files: [], apiVersion: '1.1', raw: {} };
  const project = projects.get(file.project) ?? { ...model, forms: ['json', 'html'] as const };
  const base = `${world.origin(FILES)}/packages/`;
  projects.set(file.project, { ...project, files: [...project.files, listed(file, { base })] });
  world.host(FILES).files.set(`/packages/${file.filename}`, file.bytes);
  world.host(FILES).files.set(`/packages/${file.filename}.metadata`, file.metadata);
}

/** `lib 1.1`, newly there in this run, each with `source` and whether a receipt covers it. */
export function installed(report: Report | null): readonly string[] {
  return (report?.installed ?? [])
    .filter(({ source }) => source !== 'preexisting')
    .map(({ name, version, source, receipt }) =>
      [
        name,
        version,
        ...(receipt === null ? ['without receipt'] : []),
        ...(source === 'index' ? [] : [source]),
      ].join(' '),
    )
    .sort();
}

/** `lib-1.1-py3-none-any.whl remembered` */
export function verdicts(report: Report | null): readonly string[] {
  return (report?.files ?? []).map(({ filename, verdict }) => `${filename} ${verdict}`).sort();
}

/** Which distributions the file host was asked for. */
export function filesAsked(world: World): string[] {
  const asked = world.host(FILES).seen.map(({ path }) => path.replace('/packages/', ''));
  return asked.filter((path) => !path.endsWith('.metadata'));
}

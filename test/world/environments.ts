// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { newest, type InstallerName } from './installer-versions.ts';
import { runProgram } from './programs.ts';
import type { World } from './world.ts';

/** A person's machine in small: a home, a virtual environment, an installer. */
export interface Environment extends AsyncDisposable {
  readonly installer: InstallerName;
  readonly version: string;
  /** Holds all the rest; removed at the end. */
  readonly root: string;
  readonly home: string;
  /** Where commands are run. */
  readonly directory: string;
  /** The virtual environment installed into. */
  readonly target: string;
  /** Written to by whatever code of a distribution runs. */
  readonly canary: string;
  /** Exactly these variables are set. */
  readonly variables: Readonly<Record<string, string>>;
  /** A second machine user's view: the same home, a new empty target. */
  renewTarget(): Promise<void>;
}

let provisioning: Readonly<Record<string, string | undefined>> = process.env;

/** What installers are fetched with, where the process's own variables are not the developer's. */
export function provisionWith(variables: Readonly<Record<string, string | undefined>>): void {
  provisioning = { ...process.env, ...variables };
}

const templates = new Map<string, Promise<string>>();

/** Installers are installed once for each machine and user, then copied. */
export function installersFolder(): string {
  return join(tmpdir(), `wheelproof-tests-${userInfo().uid}`, 'installers');
}

export async function openEnvironment(
  world: World | null,
  installer: InstallerName,
  version: string = newest(installer),
): Promise<Environment> {
  const [template, uv] = await Promise.all([
    templateOf(installer === 'pip' ? version : null),
    installer === 'uv' ? uvFolder(version) : null,
  ]);
  const root = await mkdtemp(join(tmpdir(), 'wheelproof-test-'));
  const home = join(root, 'home');
  const directory = join(root, 'work');
  const target = join(root, 'venv');
  const canary = join(root, 'canary.txt');
  await Promise.all(
    [home, directory, join(root, 'tmp')].map((each) => mkdir(each, { mode: 0o700 })),
  );
  const renewTarget = async (): Promise<void> => {
    await rm(target, { recursive: true, force: true });
    await copyTemplate(template, target);
  };
  await renewTarget();
  const path = [join(target, 'bin'), uv, dirname(process.execPath), '/usr/bin', '/bin'];
  return {
    installer,
    version,
    root,
    home,
    directory,
    target,
    canary,
    renewTarget,
    variables: {
      PATH: path.filter((each) => each !== null).join(':'),
      HOME: home,
      LANG: 'C.UTF-8',
      TMPDIR: join(root, 'tmp'),
      VIRTUAL_ENV: target,
      TEST_CANARY: canary,
      PIP_DISABLE_PIP_VERSION_CHECK: '1',
      UV_PYTHON_DOWNLOADS: 'never',
      ...xdgFolders(home),
      ...(world === null ? {} : worldVariables(world)),
    },
    async [Symbol.asyncDispose]() {
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function xdgFolders(home: string): Record<string, string> {
  const folders = {
    CONFIG: '.config',
    CACHE: '.cache',
    DATA: '.local/share',
    STATE: '.local/state',
  };
  const named = Object.entries(folders).map(([word, folder]): [string, string] => [
    `XDG_${word}_HOME`,
    join(home, folder),
  ]);
  return Object.fromEntries(named);
}

/** How the user's own configuration finds and believes the world. */
function worldVariables(world: World): Record<string, string> {
  return {
    HTTPS_PROXY: world.proxy,
    HTTP_PROXY: world.proxy,
    https_proxy: world.proxy,
    http_proxy: world.proxy,
    PIP_CERT: world.authority.caFile,
    SSL_CERT_FILE: world.authority.caFile,
  };
}

/** A virtual environment to copy: with that pip, or with none. */
async function templateOf(pip: string | null): Promise<string> {
  const name = pip === null ? 'bare' : `pip-${pip}`;
  return once(name, async (folder) => {
    await python(['-m', 'venv', ...(pip === null ? ['--without-pip'] : []), folder]);
    if (pip === null) return;
    const own = join(folder, 'bin', 'python');
    await expectSuccess([own, '-m', 'pip', 'install', '--quiet', '--upgrade', `pip==${pip}`]);
    await expectSuccess([own, '-m', 'pip', 'uninstall', '--quiet', '--yes', 'setuptools']);
    await expectSuccess([own, '-m', 'compileall', '-q', join(folder, 'lib')]);
  });
}

async function uvFolder(version: string): Promise<string> {
  const folder = await once(`uv-${version}`, async (made) => {
    await python(['-m', 'venv', made]);
    const own = join(made, 'bin', 'python');
    await expectSuccess([
      own,
      '-m',
      'pip',
      'install',
      '--quiet',
      '--target',
      join(made, 'uv'),
      `uv==${version}`,
    ]);
  });
  return join(folder, 'uv', 'bin');
}

/** Makes a folder once for each machine, whoever asks at the same time. */
async function once(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(installersFolder(), name);
  const known = templates.get(name) ?? makeOnce(folder, make);
  templates.set(name, known);
  return known;
}

async function makeOnce(folder: string, make: (folder: string) => Promise<void>): Promise<string> {
  const ready = `${folder}.ready`;
  if (await exists(ready)) return folder;
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  const own = await mkdtemp(`${folder}.making-`);
  await make(own);
  try {
    await rename(own, folder);
  } catch (error) {
    // Another process was quicker, or an earlier one died before it wrote the mark.
    if (!(await exists(folder))) throw error;
    await rm(own, { recursive: true, force: true });
  }
  await writeFile(ready, '');
  return folder;
}

/** `cp -a` is ten times as quick as copying by hand; scripts are pointed at the copy. */
async function copyTemplate(template: string, target: string): Promise<void> {
  await expectSuccess(['/bin/cp', '-a', template, target]);
  const scripts = ['pip', 'pip3', 'python-config'].map((name) => join(target, 'bin', name));
  await Promise.all(scripts.map((script) => pointScript(script, join(target, 'bin', 'python'))));
}

async function pointScript(script: string, interpreter: string): Promise<void> {
  if (!(await exists(script))) return;
  const text = await readFile(script, 'utf8');
  await writeFile(script, text.replace(/^#!.*$/mu, `#!${interpreter}`));
}

async function python(words: readonly string[]): Promise<void> {
  await expectSuccess(['python3', ...words]);
}

/** With the developer's own variables: this part comes from the real index. */
async function expectSuccess(words: readonly string[]): Promise<void> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(provisioning))
    if (value !== undefined) environment[name] = value;
  const ended = await runProgram(words, { environment, directory: tmpdir() });
  if (ended.exit !== 0)
    throw new Error(`${words.join(' ')} ended with ${ended.exit ?? 'a signal'}: ${ended.stderr}`);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

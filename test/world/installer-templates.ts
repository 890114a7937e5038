// SPDX-License-Identifier: Apache-2.0
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { newest } from './installer-versions.ts';
import { runProgram } from './programs.ts';

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

/** A virtual environment to copy: with that pip, or with none. */
export async function templateOf(pip: string | null): Promise<string> {
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

export async function uvFolder(version: string): Promise<string> {
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

/** An environment with programs of the real index; started as modules of its `bin/python`. */
export async function toolsFolder(name: string, requirements: readonly string[]): Promise<string> {
  return await once(name, async (folder) => {
    await python(['-m', 'venv', folder]);
    const install = ['-m', 'pip', 'install', '--quiet', ...requirements];
    await expectSuccess([join(folder, 'bin', 'python'), ...install]);
  });
}

/** Files of the real index as they lie there. */
export async function downloadsFolder(name: string, requirement: string): Promise<string> {
  return await once(name, async (folder) => {
    const pip = join(await templateOf(newest('pip')), 'bin', 'python');
    const download = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', folder];
    await expectSuccess([pip, ...download, '--only-binary', ':all:', requirement]);
  });
}

/** What to install where the project's own name is not enough. */
const SPECIFICATIONS: Readonly<Record<string, string>> = {
  // Its dependencies' newest releases break it: these are the ones it was released with.
  pdm: 'pdm[locked]',
};

/** A folder for PATH that holds a tool's own programs and nothing else (no Python, no pip). */
export async function toolFolder(tool: string, version: string): Promise<string> {
  const folder = await once(`${tool}-${version}`, async (made, final) => {
    await python(['-m', 'venv', made]);
    const own = join(made, 'bin', 'python');
    const wanted = `${SPECIFICATIONS[tool] ?? tool}==${version}`;
    await expectSuccess([own, '-m', 'pip', 'install', '--quiet', wanted]);
    await expectSuccess([own, '-m', 'compileall', '-q', join(made, 'lib')]);
    await mkdir(join(made, 'path'));
    for (const name of await readdir(join(made, 'bin'))) {
      if (/^(?:python|pip\d*(?:\.\d+)?$|activate)/iu.test(name)) continue;
      await moveScript(join(made, 'bin', name), { from: made, to: final });
      await symlink(join('..', 'bin', name), join(made, 'path', name));
    }
  });
  return join(folder, 'path');
}

/** A script's first line names the folder that it was made in. */
async function moveScript(
  path: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const bytes = await readFile(path);
  if (!bytes.subarray(0, 2).equals(Buffer.from('#!'))) return;
  await writeFile(path, bytes.toString('utf8').replaceAll(from, to));
}

/** Makes a folder once for each machine, whoever asks at the same time. */
async function once(
  name: string,
  make: (folder: string, final: string) => Promise<void>,
): Promise<string> {
  const folder = join(installersFolder(), name);
  const known = templates.get(name) ?? makeOnce(folder, make);
  templates.set(name, known);
  return known;
}

async function makeOnce(
  folder: string,
  make: (folder: string, final: string) => Promise<void>,
): Promise<string> {
  const ready = `${folder}.ready`;
  if (await exists(ready)) return folder;
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  const own = await mkdtemp(`${folder}.making-`);
  await make(own, folder);
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

/**
 * A bare environment is a dozen files; a pip is a thousand, so that it is lent from its template by
 * two links and a script of its own.
 */
export async function makeTarget(target: string, bare: string, pip: string | null): Promise<void> {
  await cp(bare, target, { recursive: true, verbatimSymlinks: true });
  if (pip === null) return;
  const [lent] = await sitePackages(pip);
  const [own] = await sitePackages(target);
  if (lent === undefined || own === undefined) throw new Error(`no site-packages in ${pip}`);
  const names = (await readdir(lent)).filter((name) => /^pip(-.*\.dist-info)?$/u.test(name));
  await Promise.all(names.map((name) => symlink(join(lent, name), join(own, name))));
  const script = `#!${join(target, 'bin', 'python')}\nfrom pip._internal.cli.main import main\nraise SystemExit(main())\n`;
  await writeFile(join(target, 'bin', 'pip'), script, { mode: 0o755 });
}

async function sitePackages(environment: string): Promise<string[]> {
  const names = await readdir(join(environment, 'lib'));
  return names.map((name) => join(environment, 'lib', name, 'site-packages'));
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

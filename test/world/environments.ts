// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isTool, newest, type AnyInstaller } from './installer-versions.ts';
import { makeTarget, templateOf, toolFolder, uvFolder } from './installer-templates.ts';
import type { World } from './world.ts';

/** A person's machine in small: a home, a virtual environment, an installer. */
export interface Environment extends AsyncDisposable {
  readonly installer: AnyInstaller;
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
  setVariables(more: Readonly<Record<string, string>>): void;
  /** A second machine user's view: the same home, a new empty target. */
  renewTarget(): Promise<void>;
}

export async function openEnvironment(
  world: World | null,
  installer: AnyInstaller,
  version: string = newest(installer),
): Promise<Environment> {
  const [bare, pip, tool] = await Promise.all([
    templateOf(null),
    installer === 'pip'
      ? templateOf(version)
      : installer === 'pip-tools'
        ? templateOf(newest('pip'))
        : null,
    installer === 'uv'
      ? uvFolder(version)
      : isTool(installer)
        ? toolFolder(installer, version)
        : null,
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
    await makeTarget(target, bare, pip);
    // pipenv makes these beforehand, whatever becomes of the run.
    if (installer === 'pipenv')
      await Promise.all(['src', 'downloads'].map((name) => mkdir(join(target, name))));
    // Poetry makes it before it asks for a repository.
    if (installer === 'poetry') await mkdir(join(target, 'src'));
  };
  await renewTarget();
  const path = [join(target, 'bin'), tool, dirname(process.execPath), '/usr/bin', '/bin'];
  const variables: Record<string, string> = {
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
    ...(isTool(installer) ? toolVariables(world) : {}),
  };
  return {
    installer,
    version,
    root,
    home,
    directory,
    target,
    canary,
    renewTarget,
    variables,
    setVariables: (more) => void Object.assign(variables, more),
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

/** Nothing of these is about what is tried: no colours, no look for a newer self, no keyring. */
function toolVariables(world: World | null): Record<string, string> {
  return {
    NO_COLOR: '1',
    TERM: 'dumb',
    POETRY_KEYRING_ENABLED: 'false',
    PDM_CHECK_UPDATE: 'false',
    PIPENV_NOSPIN: '1',
    PIPENV_VERBOSITY: '-1',
    ...(world === null ? {} : { REQUESTS_CA_BUNDLE: world.authority.caFile }),
  };
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

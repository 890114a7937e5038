// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import type { Environment } from '../world/environments.ts';
import type { AnyInstaller } from '../world/installer-versions.ts';
import type { CaseName, Wanted } from './cases.ts';

/** What a tool is given, and told to do. */
export interface Undertaking {
  /** By path below the working directory. */
  readonly files?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  /** One after the other; the last one installs. */
  readonly words: readonly (readonly string[])[];
  /** Written by plain tools before the gate comes in: these words, without us. */
  readonly beforehand?: readonly (readonly string[])[];
}

/** One tool; `null`: it does not know this way. */
export interface MatrixTool {
  readonly name: string;
  /** Whose environment it is played in. */
  readonly installer: AnyInstaller;
  readonly undertake: (
    name: CaseName,
    wanted: Wanted,
    environment: Environment,
  ) => Undertaking | null;
}

const quoted = (text: string): string => JSON.stringify(text);
const isInstall = (name: CaseName): boolean => name !== 'lock' && name !== 'recorded';

const project = (requirement: string | null, more: string): string =>
  `[project]
name = "project"
version = "1"
requires-python = ">=3.9"
dependencies = [${requirement === null ? '' : quoted(requirement)}]
${more}`;

function indexes(table: string, { index, extra }: Wanted, keys: (at: number) => string): string {
  return [index, ...(extra === null ? [] : [extra])]
    .map((url, at) => `[[${table}]]\nurl = ${quoted(url)}\n${keys(at)}`)
    .join('');
}

const pipConf = ({ index, extra }: Wanted): string =>
  `[global]\nindex-url = ${index}\n${extra === null ? '' : `extra-index-url = ${extra}\n`}`;

const CONFIGURED = ({ directory }: Environment): Readonly<Record<string, string>> => ({
  PIP_CONFIG_FILE: join(directory, 'pip.conf'),
});

const PIP: MatrixTool = {
  name: 'pip',
  installer: 'pip',
  undertake(name, wanted, environment) {
    const common = { files: { 'pip.conf': pipConf(wanted) }, variables: CONFIGURED(environment) };
    if (isInstall(name)) return { ...common, words: [['pip', 'install', wanted.requirement]] };
    const lock = ['pip', 'lock', wanted.requirement, '--output', 'pylock.toml'];
    const install = ['pip', 'install', '--requirement', 'pylock.toml'];
    return name === 'lock'
      ? { ...common, words: [lock, install] }
      : { ...common, beforehand: [lock], words: [install] };
  },
};

const UV: MatrixTool = {
  name: 'uv',
  installer: 'uv',
  undertake(name, wanted) {
    const source = indexes('tool.uv.index', wanted, (at) => (at === 0 ? 'default = true\n' : ''));
    const toml = project(name === 'lock' ? null : wanted.requirement, source);
    const common = {
      files: { 'pyproject.toml': toml },
      variables: { UV_PROJECT_ENVIRONMENT: '.venv' },
    };
    const sync = ['uv', 'sync', '--no-install-project'];
    if (name === 'lock')
      return { ...common, words: [['uv', 'add', '--no-sync', 'good'], ['uv', 'lock'], sync] };
    if (name === 'recorded')
      return { ...common, beforehand: [['uv', 'lock']], words: [[...sync, '--frozen']] };
    return { ...common, words: [sync] };
  },
};

const POETRY: MatrixTool = {
  name: 'Poetry',
  installer: 'poetry',
  undertake(name, wanted) {
    const source = indexes(
      'tool.poetry.source',
      wanted,
      (at) => `name = "index-${at}"\npriority = "${at === 0 ? 'primary' : 'supplemental'}"\n`,
    );
    const toml = project(name === 'lock' ? null : wanted.requirement, source);
    const common = { files: { 'pyproject.toml': toml } };
    const quietly = ['--no-interaction', '--no-ansi'];
    const sync = ['poetry', 'sync', '--no-root', ...quietly];
    const lock = ['poetry', 'lock', ...quietly];
    if (name === 'lock')
      return { ...common, words: [['poetry', 'add', '--lock', 'good', ...quietly], lock, sync] };
    if (name === 'recorded') return { ...common, beforehand: [lock], words: [sync] };
    return { ...common, words: [['poetry', 'install', '--no-root', ...quietly]] };
  },
};

const PIPENV: MatrixTool = {
  name: 'pipenv',
  installer: 'pipenv',
  undertake(name, wanted) {
    const source = indexes('source', wanted, (at) => `name = "index-${at}"\nverify_ssl = true\n`);
    const pipfile = `${source}[packages]\n${pipfileLine(wanted)}`;
    const common = { files: { Pipfile: pipfile } };
    const words = [
      ['pipenv', 'lock'],
      ['pipenv', 'sync'],
    ];
    if (name === 'lock') return { ...common, words };
    if (name === 'recorded')
      return { ...common, beforehand: words.slice(0, 1), words: words.slice(1) };
    return { ...common, words: [['pipenv', 'install']] };
  },
};

function pipfileLine({ requirement, extra }: Wanted): string {
  const address = / @ (.*)$/u.exec(requirement)?.[1] ?? '';
  const [, repository, commit] = /^git\+(.+)@([0-9a-f]+)$/u.exec(address) ?? [];
  if (repository !== undefined)
    return `good = {git = ${quoted(repository)}, ref = ${quoted(commit ?? '')}}\n`;
  if (address !== '') return `good = {file = ${quoted(address)}}\n`;
  return extra === null ? 'good = "*"\n' : 'good = {version = "*", index = "index-1"}\n';
}

const PDM: MatrixTool = {
  name: 'PDM',
  installer: 'pdm',
  undertake(name, wanted) {
    const source = indexes(
      'tool.pdm.source',
      wanted,
      (at) => `name = "${at === 0 ? 'pypi' : 'extra'}"\n`,
    );
    const toml = project(name === 'lock' ? null : wanted.requirement, source);
    const common = { files: { 'pyproject.toml': toml } };
    const sync = ['pdm', 'sync', '--no-self'];
    if (name === 'lock')
      return { ...common, words: [['pdm', 'add', '--no-sync', 'good'], ['pdm', 'lock'], sync] };
    if (name === 'recorded')
      return {
        ...common,
        beforehand: [['pdm', 'lock', '--strategy', 'static_urls']],
        words: [sync],
      };
    return { ...common, words: [['pdm', 'install', '--no-self']] };
  },
};

const PIP_TOOLS: MatrixTool = {
  name: 'pip-tools',
  installer: 'pip-tools',
  undertake(name, wanted, environment) {
    const common = {
      files: {
        'pip.conf': pipConf(wanted),
        'requirements.in': `${wanted.requirement}\n`,
        'requirements.txt': name === 'lock' ? '' : `${wanted.requirement}\n`,
      },
      variables: CONFIGURED(environment),
    };
    const python = join(environment.target, 'bin', 'python');
    const sync = ['pip-sync', '--python-executable', python];
    const compile = ['pip-compile', '--generate-hashes', '--quiet'];
    if (name === 'lock') return { ...common, words: [compile, sync] };
    if (name === 'recorded') return { ...common, beforehand: [compile], words: [sync] };
    return { ...common, words: [sync] };
  },
};

const HATCH: MatrixTool = {
  name: 'Hatch',
  installer: 'hatch',
  undertake(name, wanted, environment) {
    if (!isInstall(name)) return null;
    const toml = project(
      null,
      `[tool.hatch.envs.default]\nskip-install = true\ndependencies = [${quoted(wanted.requirement)}]\n`,
    );
    return {
      files: { 'pyproject.toml': toml, 'pip.conf': pipConf(wanted) },
      variables: CONFIGURED(environment),
      words: [['hatch', 'env', 'create']],
    };
  },
};

const TOX: MatrixTool = {
  name: 'tox',
  installer: 'tox',
  undertake(name, wanted, environment) {
    if (!isInstall(name)) return null;
    const ini = `[tox]\nenv_list = py\nno_package = true\n[testenv]\ndeps = ${wanted.requirement}\ncommands = python -c ""\n`;
    return {
      files: { 'tox.ini': ini, 'pip.conf': pipConf(wanted) },
      variables: CONFIGURED(environment),
      words: [['tox', 'run', '-e', 'py']],
    };
  },
};

const NOX: MatrixTool = {
  name: 'nox',
  installer: 'nox',
  undertake(name, wanted, environment) {
    if (!isInstall(name)) return null;
    const noxfile = `import nox\n@nox.session\ndef tests(session):\n    session.install(${quoted(wanted.requirement)})\n`;
    return {
      files: { 'noxfile.py': noxfile, 'pip.conf': pipConf(wanted) },
      variables: CONFIGURED(environment),
      words: [['nox']],
    };
  },
};

const RUN: MatrixTool = {
  name: 'run',
  installer: 'pip',
  undertake(name, wanted, environment) {
    if (!isInstall(name)) return null;
    return {
      files: {
        'install.sh': `python -m pip install '${wanted.requirement}'\n`,
        'pip.conf': pipConf(wanted),
      },
      variables: CONFIGURED(environment),
      words: [['run', '--', 'sh', 'install.sh']],
    };
  },
};

export const MATRIX_TOOLS: readonly MatrixTool[] = [
  PIP,
  UV,
  POETRY,
  PIPENV,
  PDM,
  PIP_TOOLS,
  HATCH,
  TOX,
  NOX,
  RUN,
];

/** Tools that are to be had from no Python index: nothing was tried with them. */
export const NOT_HERE: readonly string[] = ['conda', 'mamba', 'micromamba'];

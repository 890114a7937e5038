// SPDX-License-Identifier: Apache-2.0
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { thisMachine } from '../host/index.ts';
import type { Surroundings } from './doctor-check.ts';
import { checkOutside, checkPath, judgeInstallers } from './doctor-installers.ts';
import { findInstallers, type FoundInstaller } from './doctor-programs.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'wheelproof-doctor-programs-'));
  onTestFinished(() => rm(root, { recursive: true }));
});

const surroundings = (environment: Record<string, string>): Surroundings => ({
  machine: thisMachine,
  environment,
  directory: root,
  home: root,
  uid: process.geteuid?.() ?? null,
});

const program = async (path: string, script: string): Promise<string> => {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
};

const pip = async (folder: string, version: string, name = 'pip'): Promise<string> =>
  await program(
    `${folder}/bin/${name}`,
    `echo "pip ${version} from ${root}/${folder}/lib/python3.11/site-packages/pip (python 3.11)"`,
  );

const told = (found: readonly FoundInstaller[]) =>
  found.map(({ kind, words, version, from }) => `${kind} ${version} ${words.join(' ')} ${from}`);

test('all on PATH in its order, the active environment, and modules; other names of one once', async () => {
  const first = await pip('one', '26.3');
  await pip('one', '26.3', 'pip3');
  const second = await pip('two', '25.0', 'pip3');
  const uv = await program('two/bin/uv', 'echo "uv 0.13.9 (x86_64)"');
  const mine = await pip('mine', '24.0');
  await symlink(join(root, 'one'), join(root, 'link'));
  const python = await program(
    'py/bin/python3',
    `echo "pip 22.0 from ${root}/py/lib/python3.11/site-packages/pip (python 3.11)"`,
  );
  const path = ['one/bin', 'two/bin', 'link/bin', 'py/bin'].map((one) => join(root, one)).join(':');
  const variables = { PATH: `${path}:/nowhere`, VIRTUAL_ENV: join(root, 'mine') };
  expect(told(await findInstallers(surroundings(variables)))).toEqual([
    `pip 26.3 ${first} PATH`,
    `pip 25.0 ${second} PATH`,
    `uv 0.13.9 ${uv} PATH`,
    `pip 24.0 ${mine} environment`,
    `pip 22.0 ${python} -m pip module`,
  ]);
});

test("a version manager's script is seen through, or named where it starts nothing", async () => {
  await pip('versions/3.11', '26.3');
  const interpreter = await program('versions/3.11/bin/python3.11', '');
  const real = await program('versions/3.11/bin/uv', 'echo "uv 0.12.0"');
  const answer = `echo "pip 26.3 from ${root}/versions/3.11/lib/python3.11/site-packages/pip (python 3.11)"`;
  await program('shims/pip', `# pyenv exec\n${answer}`);
  await program('shims/pip2', '# pyenv exec\nexit 127');
  await program('shims/uv', `# pyenv exec\nexec ${real}`);
  await program('bin/pyenv', `test "$1 $2" = 'which uv' && echo ${real}`);
  const around = surroundings({ PATH: `${root}/shims:${root}/bin` });
  const found = (await findInstallers(around)).filter(({ shim }) => shim !== null);
  expect(found.map(({ shim }) => shim)).toEqual([
    { manager: 'pyenv', starts: [interpreter, '-m', 'pip'] },
    { manager: 'pyenv', starts: null },
    { manager: 'pyenv', starts: [real] },
  ]);
  const checks = judgeInstallers(found, { pip: `${root}/shims/pip`, uv: `${root}/shims/uv` });
  expect(checks.map(({ id, state }) => `${id} ${state}`)).toEqual([
    'pip note',
    'uv warning',
    'installers note',
  ]);
  expect(checks[0]?.message).toContain('a script of pyenv; what it starts here:');
});

const one = (over: Partial<FoundInstaller>): FoundInstaller => ({
  kind: 'pip',
  words: ['/one/bin/pip'],
  version: '26.3',
  from: 'PATH',
  shim: null,
  interpreter: '/one/bin/python',
  prefix: '/one',
  identity: 'one',
  ...over,
});

test('says which one would be run, what it hides, and what is too old', () => {
  const found = [
    one({}),
    one({ words: ['/two/bin/pip3'], version: '24.1' }),
    one({ words: ['/three/bin/pip'], version: '23.1' }),
    one({ kind: 'uv', words: ['/two/bin/uv'], version: '0.12.9' }),
    one({ kind: 'uv', words: ['/two/bin/uvx'], version: null }),
  ];
  const checks = judgeInstallers(found, { pip: '/one/bin/pip', uv: '/two/bin/uv' });
  expect(checks.map(({ state }) => state)).toEqual([
    'ok',
    'warning',
    'warning',
    'warning',
    'warning',
  ]);
  expect(checks.map(({ message }) => message)).toEqual([
    '`wheelproof pip` runs it',
    expect.stringMatching(
      /^shadowed by \/one\/bin\/pip: .* or as pip3; believes metadata .*24\.2/u,
    ),
    expect.stringMatching(
      /^shadowed by \/one\/bin\/pip: runs only when called by its path; older.*23\.2/u,
    ),
    expect.stringMatching(/not every uv .*0\.12\.16/u),
    expect.stringContaining('does not tell a version'),
  ]);
  expect(checks[1]?.hint).toBe(
    'Update it: wheelproof /one/bin/python -m pip install --upgrade pip',
  );
  const systems = one({ interpreter: '/usr/bin/python3.11', version: '23.1' });
  expect(judgeInstallers([systems], { pip: null, uv: null })[0]?.hint).toMatch(
    /^It is the system/u,
  );
  expect(judgeInstallers([one({ version: '24.2' })], { pip: null, uv: null })).toMatchObject([
    { state: 'ok' },
  ]);
  expect(judgeInstallers([], { pip: null, uv: null })).toMatchObject([{ state: 'warning' }]);
});

test('folders of PATH that others can fill are named, as is the working directory', async () => {
  await mkdir(join(root, 'open'));
  await chmod(join(root, 'open'), 0o777);
  expect(await checkPath(surroundings({ PATH: `${root}:/usr/bin` }))).toEqual([]);
  const checks = await checkPath(surroundings({ PATH: `${root}/open::/usr/bin` }));
  expect(checks).toMatchObject([
    { state: 'warning', message: expect.stringContaining('the working directory') },
    { state: 'warning', hint: `chmod go-w ${root}/open` },
  ]);
});

test('what is not held is named', async () => {
  const pipx = await program('bin/pipx', '');
  const checks = await checkOutside(surroundings({ PATH: `${root}/bin` }));
  expect(checks.map(({ subject }) => subject)).toEqual(['pipx', 'shell', 'pythons']);
  expect(checks[0]?.message).toContain(pipx);
});

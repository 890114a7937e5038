// SPDX-License-Identifier: Apache-2.0
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { INSTALLERS } from '../world/installer-versions.ts';
import { makeWheel } from '../world/wheel.ts';
import { LIB, installed, openBench, publishAll, versionsOf } from './bench.ts';
import { tamperAfterInstalling } from './tampered-installer.ts';

const CASES = INSTALLERS.flatMap((installer) =>
  versionsOf(installer).map((version) => ({ installer, version })),
);

/** Everything that the wheel format lets a wheel bring. */
const ODD = makeWheel({
  name: 'odd',
  version: '1.0',
  files: {
    'odd/spaced name.py': 'x = 1\n',
    'odd/not_python.py': 'def (\n',
    'odd/é.txt': 'é',
    'odd/made.py': 'X = 1\n',
    // Carelessly built wheels bring them; pip compiles over them.
    'odd/__pycache__/made.cpython-311.pyc': 'compiled elsewhere',
    'odd/__pycache__/made.cpython-39.pyc': 'compiled elsewhere',
    'odd-1.0.data/purelib/odd_pure.py': 'X = 1\n',
    'odd-1.0.data/platlib/odd_plat.py': 'X = 2\n',
    'odd-1.0.data/data/share/odd/data.txt': 'data',
    'odd-1.0.data/data/etc/odd.conf': 'conf',
    'odd-1.0.data/headers/odd.h': '//\n',
    'odd-1.0.data/scripts/odd-script': '#!python\nprint(1)\n',
    'odd-1.0.data/scripts/odd-gui': '#!pythonw\nprint(1)\n',
    'odd-1.0.data/scripts/odd-shell': '#!/bin/sh\necho\n',
    'odd-1.0.dist-info/licenses/LICENSE': 'L',
    'odd-1.0.dist-info/entry_points.txt':
      '[console_scripts]\nodd-main = odd:main\n[gui_scripts]\nodd-window = odd:main\n[other]\nx = y\n',
  },
});

/** Two wheels that bring the same file, with other bytes in it. */
const sharing = (name: string) =>
  makeWheel({ name, version: '1.0', files: { 'tests/__init__.py': `OF = "${name}"\n` } });

/** Other code in the place of a module that is as it should be (PEP 552). */
const compiled = ({ flags, optimization }: { flags: number; optimization: string }): string => `
import importlib.util, marshal, struct
source = os.path.join(site, 'lib/__init__.py')
found = os.stat(source)
told = struct.pack('<III', ${flags}, int(found.st_mtime), found.st_size)
body = marshal.dumps(compile('WORD = "EVIL"', source, 'exec'))
path = importlib.util.cache_from_source(source, optimization='${optimization}')
os.makedirs(os.path.dirname(path), exist_ok=True)
open(path, 'wb').write(importlib.util.MAGIC_NUMBER + told + body)`;

describe.each(CASES)('$installer $version', ({ installer, version }) => {
  const open = async () => {
    const bench = await openBench(installer, version);
    publishAll(bench.world);
    const starter = installer === 'pip' ? ['pip', 'install'] : ['uv', 'pip', 'install'];
    const install = (...words: string[]) => [...starter, '-i', bench.world.index, ...words];
    return { bench, install, [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose]() };
  };

  test.each([
    ['the environment', []],
    ['--target', ['--target', 'here']],
    ['--prefix', ['--prefix', 'there']],
    ['compiled or not', installer === 'pip' ? ['--no-compile'] : ['--compile-bytecode']],
    ['linked', installer === 'pip' ? [] : ['--link-mode', 'symlink']],
  ])('whatever a wheel may bring agrees with it: %s', async (_, words) => {
    await using scene = await open();
    scene.bench.world.publish(ODD);
    const ended = await scene.bench.run(scene.install(...words, 'odd', 'tool'));
    expect(ended.exit, ended.stderr).toBe(0);
    expect(installed(ended.report)).toEqual(['lib 1.1', 'odd 1.0', 'tool 5.0']);
    expect(ended.report?.notes.filter((note) => /odd|tool|RECORD/u.test(note))).toEqual([]);
    expect(ended.report?.half_installed).toEqual([]);
  });

  test('two wheels may bring one file', async () => {
    await using scene = await open();
    for (const name of ['one', 'two']) scene.bench.world.publish(sharing(name));
    const ended = await scene.bench.run(scene.install('one', 'two'));
    expect(ended.exit, ended.stderr).toBe(0);
  });

  test.each([
    ['a changed file', `put('lib/__init__.py', 'WORD = "EVIL"')`, 10, 'lib/__init__.py'],
    [
      'a changed file of the same length',
      `put('lib/__init__.py', 'WORD = "EVIL"\\n')`,
      10,
      'lib/__init__.py',
    ],
    [
      'another distribution under its name',
      `put('lib/__init__.py', 'WORD = "EVIL"\\n'); relist('lib/__init__.py')`,
      17,
      'lib/__init__.py',
    ],
    [
      'a file more in its RECORD',
      `put('zz_evil.pth', 'import os\\n'); relist('zz_evil.pth')`,
      17,
      'zz_evil.pth',
    ],
    ['a file that nobody lists', `put('zz_evil.pth', 'import os\\n')`, 17, 'zz_evil.pth'],
    [
      'a module that nobody lists, inside the package',
      `put('lib/__init__.abi3.so', 'no module')`,
      17,
      'lib/__init__.abi3.so',
    ],
    [
      'a compiled module that nobody lists',
      compiled({ flags: 0, optimization: '1' }),
      17,
      'lib/__pycache__/__init__.',
    ],
    [
      'a compiled module that never looks at its source',
      compiled({ flags: 1, optimization: '' }),
      17,
      'lib/__pycache__/__init__.',
    ],
    [
      'a distribution that nobody asked for',
      `put('evil-1.0.dist-info/METADATA', 'Name: evil\\nVersion: 1.0\\n')
put('evil-1.0.dist-info/INSTALLER', 'pip\\n')
put('evil-1.0.dist-info/RECORD', 'evil-1.0.dist-info/INSTALLER,,\\n')`,
      17,
      'evil 1.0',
    ],
    [
      'the claim that it comes from a folder',
      `put('lib/__init__.py', 'WORD = "EVIL"\\n'); relist('lib/__init__.py')
put('lib-1.1.dist-info/direct_url.json', '{"url": "file:///src", "dir_info": {"editable": true}}')`,
      17,
      'lib/__init__.py',
    ],
  ])('what came round the gate is seen: %s', async (_, tampering, exit, named) => {
    await using scene = await open();
    await tamperAfterInstalling(scene.bench, tampering);
    const ended = await scene.bench.run(scene.install('lib'));
    expect(ended.exit, ended.stderr).toBe(exit);
    expect(ended.report?.installer.exit).toBe(0);
    expect(ended.report?.refusals.map(({ message }) => message).join()).toContain(named);
    expect(ended.stderr).toContain(exit === 10 ? 'WP-INSTALLED-BYTES' : 'WP-NO-RECEIPT');
  });

  test('what comes into a folder that was there before is seen, and only that', async () => {
    await using scene = await open();
    const { bench, install } = scene;
    expect((await bench.run(install('lib==1.0'))).exit).toBe(0);
    const [python = ''] = await readdir(join(bench.environment.target, 'lib'));
    const site = join(bench.environment.target, 'lib', python, 'site-packages');
    await bench.write(join(site, 'lib/mine.py'), 'X = 1\n');
    await tamperAfterInstalling(bench, `put('lib/zz_evil.py', 'WORD = "EVIL"\\n')`);
    const ended = await bench.run(install('lib==1.1'));
    expect(ended.exit, ended.stderr).toBe(17);
    expect(ended.stderr).toContain('lib/zz_evil.py');
    expect(ended.stderr).not.toContain('mine.py');
  });

  test('the same tampering passes where nothing is compared', async () => {
    await using scene = await open();
    const tampering = `put('lib/__init__.py', 'WORD = "EVIL"\\n'); relist('lib/__init__.py')`;
    await tamperAfterInstalling(scene.bench, tampering);
    const words = scene.install('lib');
    const ended = await scene.bench.run(words, { wiring: 'without:comparison' });
    expect(ended.exit, ended.stderr).toBe(0);
  });

  test('what comes out of the private cache is compared with the stored file', async () => {
    await using scene = await open();
    const { bench, install } = scene;
    expect((await bench.run(install('lib'))).exit).toBe(0);
    await bench.environment.renewTarget();
    const words = `put('lib/__init__.py', 'WORD = "EVIL"\\n'); relist('lib/__init__.py')`;
    await tamperAfterInstalling(bench, words);
    const ended = await bench.run(install('lib'));
    expect(ended.exit, ended.stderr).toBe(17);
    expect(ended.stderr).toContain(LIB.sha256);
  });

  test('a new installation keeps its receipt when another one is already there', async () => {
    await using scene = await open();
    const { bench, install } = scene;
    expect((await bench.run(install('lib==1.0'))).exit).toBe(0);
    const ended = await bench.run(install('lib==1.1', '--upgrade'));
    expect(ended.exit, ended.stderr).toBe(0);
    expect(installed(ended.report)).toEqual(['lib 1.1']);
  });
});

test('environments that come and go are looked at too: uvx, uv run --with', async () => {
  await using bench = await openBench('uv');
  publishAll(bench.world);
  await bench.write(
    join(bench.environment.home, '.config/uv/uv.toml'),
    `[[index]]\nurl = "${bench.world.index}"\ndefault = true\n`,
  );
  const tool = await bench.run(['uv', 'tool', 'run', 'tool']);
  expect(tool.stdout).toContain('tool ran');
  expect(installed(tool.report)).toEqual(['lib 1.1', 'tool 5.0']);
  const once = ['uv', 'run', '--no-project', '--with', 'lib', 'python', '-c', 'import lib'];
  const run = await bench.run(once);
  expect(run.exit, run.stderr).toBe(0);
  expect(installed(run.report)).toEqual(['lib 1.1']);
  expect(run.report?.installed.every(({ source }) => source === 'index')).toBe(true);
});

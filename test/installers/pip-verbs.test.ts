// SPDX-License-Identifier: Apache-2.0
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareVersions } from '../../src/core/version.ts';
import {
  installed,
  openBench,
  publishAll,
  verdicts,
  versionsOf,
  filesAsked,
  LIB,
  MINE,
  APP,
} from './bench.ts';

describe.each(versionsOf('pip'))('pip %s', (version) => {
  const open = async () => {
    const bench = await openBench('pip', version);
    publishAll(bench.world);
    await bench.write(
      join(bench.environment.home, '.config/pip/pip.conf'),
      `[global]\nindex-url = ${bench.world.index}\n`,
    );
    return bench;
  };

  test('install: what it wants and what that wants; a second run remembers', async () => {
    await using bench = await open();
    const first = await bench.run(['pip', 'install', 'app']);
    expect(first.exit, first.stderr).toBe(0);
    expect(first.stdout).toContain('Successfully installed app-2.0 lib-1.1');
    expect(installed(first.report)).toEqual(['app 2.0', 'lib 1.1']);
    expect(verdicts(first.report)).toEqual([
      'app-2.0-py3-none-any.whl first-seen',
      'lib-1.1-py3-none-any.whl first-seen',
    ]);
    await bench.environment.renewTarget();
    bench.world.host('files.test').seen.length = 0;
    const second = await bench.run(['pip', 'install', 'app']);
    expect(second.exit, second.stderr).toBe(0);
    expect(installed(second.report)).toEqual(['app 2.0', 'lib 1.1']);
    expect(verdicts(second.report)).toEqual([
      'app-2.0-py3-none-any.whl remembered',
      'lib-1.1-py3-none-any.whl remembered',
    ]);
    expect(filesAsked(bench.world)).toEqual([]);
  });

  test('install from source, built in isolation with what the build wants', async () => {
    await using bench = await open();
    const ended = await bench.run(['pip', 'install', 'built']);
    expect(ended.exit, ended.stderr).toBe(0);
    expect(installed(ended.report)).toEqual(['built 4.0 built']);
    expect(verdicts(ended.report)).toEqual([
      'built-4.0.tar.gz first-seen',
      'helper-3.0-py3-none-any.whl first-seen',
    ]);
    await bench.environment.renewTarget();
    const warm = await bench.run(['pip', 'install', 'built']);
    expect(warm.exit, warm.stderr).toBe(0);
    expect(installed(warm.report)).toEqual(['built 4.0 built']);
  });

  test('install --target, --prefix and --root', async () => {
    await using bench = await open();
    for (const place of [
      ['--target', 'here'],
      ['--prefix=there'],
      ['--root', 'below', '--ignore-installed'],
    ]) {
      const ended = await bench.run(['pip', 'install', ...place, 'app']);
      expect(ended.exit, ended.stderr).toBe(0);
      expect(installed(ended.report), place.join(' ')).toEqual(['app 2.0', 'lib 1.1']);
    }
  });

  test('download and wheel leave the same files that the index has', async () => {
    await using bench = await open();
    const download = await bench.run(['pip', 'download', '--dest', 'got', 'app']);
    expect(download.exit, download.stderr).toBe(0);
    expect((await readdir(join(bench.environment.directory, 'got'))).sort()).toEqual([
      APP.filename,
      LIB.filename,
    ]);
    expect(installed(download.report)).toEqual([]);
    expect(download.report?.files).toHaveLength(2);
    const wheel = await bench.run(['pip', 'wheel', '-w', 'wheels', 'built', 'app']);
    expect(wheel.exit, wheel.stderr).toBe(0);
    expect((await readdir(join(bench.environment.directory, 'wheels'))).sort()).toEqual([
      APP.filename,
      'built-4.0-py3-none-any.whl',
      LIB.filename,
    ]);
  });

  test.skipIf(compareVersions(version, '25.1') < 0)('lock writes the real addresses', async () => {
    await using bench = await open();
    const ended = await bench.run(['pip', 'lock', 'app']);
    expect(ended.exit, ended.stderr).toBe(0);
    const lock = await bench.read('pylock.toml');
    expect(lock).toContain(`${bench.world.origin('files.test')}/packages/${LIB.filename}`);
    expect(lock).toContain(LIB.sha256);
    expect(lock).not.toMatch(/127\.0\.0\.1|wheelproof/u);
  });

  test('however it is started', async () => {
    await using bench = await open();
    const { target } = bench.environment;
    await copyFile(join(target, 'bin/pip'), join(target, 'bin/pip3'));
    const ways = [
      ['pip3'],
      ['python', '-m', 'pip'],
      ['python3', '-I', '-m', 'pip'],
      [join(target, 'bin/pip')],
    ];
    for (const starter of ways) {
      const ended = await bench.run([
        ...starter,
        'install',
        '--force-reinstall',
        '--no-deps',
        'lib',
      ]);
      expect(ended.exit, ended.stderr).toBe(0);
      expect(installed(ended.report), starter.join(' ')).toEqual(['lib 1.1']);
    }
    const away = await bench.run(
      ['../venv/bin/python', '-m', 'pip', 'install', '--force-reinstall', 'lib'],
      {
        variables: { PATH: '/usr/bin:/bin', VIRTUAL_ENV: null },
      },
    );
    expect(away.exit, away.stderr).toBe(0);
    expect(installed(away.report)).toEqual(['lib 1.1']);
  });

  test('a project of this machine, editable too', async () => {
    await using bench = await open();
    for (const [name, text] of Object.entries(MINE)) await bench.write(`mine/${name}`, text);
    const ended = await bench.run(['pip', 'install', './mine']);
    expect(ended.exit, ended.stderr).toBe(0);
    expect(installed(ended.report)).toEqual(['lib 1.1', 'mine 1.0 without receipt local']);
    expect(verdicts(ended.report)).toEqual([
      'helper-3.0-py3-none-any.whl first-seen',
      'lib-1.1-py3-none-any.whl first-seen',
    ]);
    const editable = await bench.run(['pip', 'install', '-e', './mine']);
    expect(editable.exit, editable.stderr).toBe(0);
    expect(installed(editable.report)).toEqual(['mine 1.0 without receipt local']);
  });
});

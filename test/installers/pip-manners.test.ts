// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { runPlain } from '../attacks/door.ts';
import { LIB, installed, openBench, publishAll, versionsOf, type Bench } from './bench.ts';
import { interruptWhileWaiting } from './interruption.ts';

describe.each(versionsOf('pip'))('pip %s', (version) => {
  const open = async () => {
    const bench = await openBench('pip', version);
    publishAll(bench.world);
    return bench;
  };
  const silentAndSame = async (bench: Bench, words: readonly string[]) => {
    const plain = await runPlain(bench.environment, words);
    const ours = await bench.run(words);
    expect([ours.exit, ours.stdout, ours.stderr]).toEqual([plain.exit, plain.stdout, plain.stderr]);
  };

  test('verbs that fetch nothing print what pip prints, and nothing else', async () => {
    await using bench = await open();
    for (const words of [
      '--version',
      'list',
      'list --format=json',
      'freeze',
      'show pip',
      'show lib',
      'config list',
    ])
      await silentAndSame(bench, ['pip', ...words.split(' ')]);
    await silentAndSame(bench, ['python', '-m', 'pip', 'check']);
  });

  test('its exit codes are ours where nothing was refused', async () => {
    await using bench = await open();
    const index = ['-i', bench.world.index];
    const missing = await bench.run(['pip', 'install', ...index, 'nowhere-to-be-found']);
    expect(missing.exit).toBe(1);
    expect(missing.stderr).toContain('No matching distribution found for nowhere-to-be-found');
    const usage = await bench.run(['pip', 'install', '--frobnicate', 'lib']);
    expect(usage.exit).toBe(2);
    expect(usage.stderr).toContain('no such option: --frobnicate');
  });

  test('standard output stays its own: JSON can be piped', async () => {
    await using bench = await open();
    const words = [
      'pip',
      'install',
      '--dry-run',
      '--quiet',
      '--report',
      '-',
      '-i',
      bench.world.index,
      'app',
    ];
    const ended = await bench.run(words);
    expect(ended.exit, ended.stderr).toBe(0);
    const told: { install: { metadata: { name: string }; download_info: { url: string } }[] } =
      JSON.parse(ended.stdout);
    expect(told.install.map(({ metadata }) => metadata.name).sort()).toEqual(['app', 'lib']);
    for (const { download_info: from } of told.install)
      expect(from.url).toMatch(/^https:\/\/files\.test:\d+\//u);
    expect(ended.report?.installer.argv).toEqual(words);
  });

  test('arguments behind a literal -- are still requirements', async () => {
    await using bench = await open();
    const ended = await bench.run([
      'pip',
      'install',
      '--no-deps',
      '-i',
      bench.world.index,
      '--',
      'app',
      'lib==1.0',
    ]);
    expect(ended.exit, ended.stderr).toBe(0);
    expect(installed(ended.report)).toEqual(['app 2.0', 'lib 1.0']);
  });

  test('uninstalling and installing again needs no word from us', async () => {
    await using bench = await open();
    const install = ['pip', 'install', '-i', bench.world.index, 'lib'];
    await bench.run(install);
    const gone = await bench.run(['pip', 'uninstall', '-y', 'lib']);
    expect(gone.exit).toBe(0);
    expect(gone.stderr).not.toContain('wheelproof');
    const again = await bench.run([
      'pip',
      'install',
      '--no-cache-dir',
      '-i',
      bench.world.index,
      'lib',
    ]);
    expect(installed(again.report)).toEqual(['lib 1.1']);
    const nothing = await bench.run(install);
    expect(nothing.exit).toBe(0);
    expect(nothing.report?.installed.filter(({ name }) => name === 'lib')).toEqual([
      { name: 'lib', version: '1.1', source: 'preexisting', receipt: null },
    ]);
  });

  test.for([
    // pip catches it, says so, and ends with 1.
    ['SIGINT', 1],
    ['SIGTERM', 143],
  ] as const)('%s reaches pip', async ([signal, exit]) => {
    await using bench = await open();
    const words = ['pip', 'install', '-i', bench.world.index, 'lib'];
    const ended = await interruptWhileWaiting(bench, `/packages/${LIB.filename}`, words, signal);
    expect(ended.exit, ended.stderr).toBe(exit);
    expect(ended.stderr).not.toMatch(/^\s+at .*\(/mu);
    expect(installed(ended.report)).toEqual([]);
  });
});

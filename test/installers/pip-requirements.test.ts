// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { HELPER, LIB, OLD_LIB, installed, openBench, publishAll, versionsOf } from './bench.ts';

describe.each(versionsOf('pip'))('pip %s', (version) => {
  const open = async () => {
    const bench = await openBench('pip', version);
    publishAll(bench.world);
    return bench;
  };

  test('nested files of hashes vouch for what they name', async () => {
    await using bench = await open();
    await bench.write(
      'requirements.txt',
      `--index-url ${bench.world.index}\n-r more/other.txt\nhelper==3.0 \\\n    --hash=sha256:${'0'.repeat(64)} \\\n    --hash=sha256:${HELPER.sha256}\n`,
    );
    await bench.write(
      'more/other.txt',
      `-c ../constraints.txt\nlib==1.0 --hash=sha256:${OLD_LIB.sha256}  # and no other\n`,
    );
    await bench.write('constraints.txt', `lib==1.0 --hash=sha256:${OLD_LIB.sha256}\n`);
    const ended = await bench.run(['pip', 'install', '-r', 'requirements.txt']);
    expect(ended.exit, ended.stderr).toBe(0);
    expect(installed(ended.report)).toEqual(['helper 3.0', 'lib 1.0']);
    const vouchers = ended.report?.files.map(({ project, findings }) => [
      project,
      findings.find(({ kind }) => kind === 'pins')?.state,
    ]);
    expect(vouchers).toEqual([
      ['helper', 'vouched'],
      ['lib', 'vouched'],
    ]);
  });

  test('with --strict, pins are enough and their absence is not', async () => {
    await using bench = await open();
    await bench.write('pinned.txt', `lib==1.1 --hash=sha256:${LIB.sha256}\n`);
    const install = ['pip', 'install', '-i', bench.world.index];
    const pinned = await bench.run([...install, '-r', 'pinned.txt'], { own: ['--strict'] });
    expect(pinned.exit, pinned.stderr).toBe(0);
    const free = await bench.run([...install, 'app'], { own: ['--strict'] });
    expect(free.exit).not.toBe(0);
    expect(installed(free.report)).toEqual([]);
  });

  test('where pip ends for a reason of its own, that is what is told', async () => {
    await using bench = await open();
    const words = ['pip', 'install', '-i', bench.world.index, '--require-hashes', 'lib'];
    const ended = await bench.run(words, { own: ['--strict'] });
    expect(ended.stderr).toContain('In --require-hashes mode');
    expect(ended.exit, ended.stderr).toBe(1);
    expect(ended.report).toMatchObject({ files: [], refusals: [] });
    expect(ended.stderr).toContain('note: lib: left out of the index page (WP-FIRST-USE): 2 files');
  });

  test('another file than the pinned one is refused', async () => {
    await using bench = await open();
    await bench.write('pinned.txt', `lib==1.1 --hash=sha256:${OLD_LIB.sha256}\n`);
    const ended = await bench.run(['pip', 'install', '-i', bench.world.index, '-r', 'pinned.txt']);
    expect(ended.exit).toBe(10);
    expect(ended.stderr).toContain('WP-PIN-MISMATCH');
    expect(installed(ended.report)).toEqual([]);
  });

  test('build constraints hold for builds', async () => {
    await using bench = await open();
    await bench.write('build.txt', 'helper==3.0\n');
    const ended = await bench.run(['pip', 'install', '-i', bench.world.index, 'built'], {
      variables: { PIP_CONSTRAINT: 'build.txt' },
    });
    expect(ended.exit, ended.stderr).toBe(0);
    expect(installed(ended.report)).toEqual(['built 4.0 built']);
  });
});

// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runPlain } from '../attacks/door.ts';
import {
  APP,
  LIB,
  OLD_LIB,
  filesAsked,
  installed,
  openBench,
  publishAll,
  verdicts,
  versionsOf,
} from './bench.ts';
import { interruptWhileWaiting } from './interruption.ts';

describe.each(versionsOf('uv'))('uv %s', (version) => {
  const open = async () => {
    const bench = await openBench('uv', version);
    publishAll(bench.world);
    await bench.write(
      join(bench.environment.home, '.config/uv/uv.toml'),
      `[[index]]\nurl = "${bench.world.index}"\ndefault = true\n`,
    );
    return bench;
  };

  test('pip install; a second run remembers', async () => {
    await using bench = await open();
    const first = await bench.run(['uv', 'pip', 'install', 'app']);
    expect(first.exit, first.stderr).toBe(0);
    expect(installed(first.report)).toEqual(['app 2.0', 'lib 1.1']);
    await bench.environment.renewTarget();
    bench.world.host('files.test').seen.length = 0;
    const second = await bench.run(['uv', 'pip', 'install', 'app']);
    expect(second.exit, second.stderr).toBe(0);
    expect(installed(second.report)).toEqual(['app 2.0', 'lib 1.1']);
    expect(verdicts(second.report)).toEqual([
      'app-2.0-py3-none-any.whl remembered',
      'lib-1.1-py3-none-any.whl remembered',
    ]);
    expect(filesAsked(bench.world)).toEqual([]);
    const folder = await bench.run(['uv', 'pip', 'install', '--target', 'here', 'app']);
    expect(installed(folder.report)).toEqual(['app 2.0', 'lib 1.1']);
  });

  test('pip install from source, with what its build wants', async () => {
    await using bench = await open();
    const ended = await bench.run(['uv', 'pip', 'install', 'built']);
    expect(ended.exit, ended.stderr).toBe(0);
    expect(installed(ended.report)).toEqual(['built 4.0 built']);
    expect(verdicts(ended.report)).toEqual([
      'built-4.0.tar.gz first-seen',
      'helper-3.0-py3-none-any.whl first-seen',
    ]);
    await bench.environment.renewTarget();
    const warm = await bench.run(['uv', 'pip', 'install', 'built']);
    expect(warm.exit, warm.stderr).toBe(0);
    expect(installed(warm.report)).toEqual(['built 4.0 built']);
  });

  test('pip compile writes real hashes and no address of ours; pip sync takes them', async () => {
    await using bench = await open();
    await bench.write('requirements.in', 'app\nlib<1.1\n');
    const compile = await bench.run([
      'uv',
      'pip',
      'compile',
      '--generate-hashes',
      '--emit-index-url',
      '-o',
      'requirements.txt',
      'requirements.in',
    ]);
    expect(compile.exit, compile.stderr).toBe(0);
    const text = await bench.read('requirements.txt');
    expect(text).toContain(`--hash=sha256:${OLD_LIB.sha256}`);
    expect(text).toContain(`--hash=sha256:${APP.sha256}`);
    expect(text).not.toMatch(/127\.0\.0\.1|wheelproof/u);
    const sync = await bench.run(['uv', 'pip', 'sync', 'requirements.txt']);
    expect(sync.exit, sync.stderr).toBe(0);
    expect(installed(sync.report)).toEqual(['app 2.0', 'lib 1.0']);
    expect(pinned(sync.report)).toEqual(['app', 'lib']);
  });

  test('run --with, tool run, uvx, tool install', async () => {
    await using bench = await open();
    const run = await bench.run([
      'uv',
      'run',
      '--no-project',
      '--with',
      'lib==1.0',
      'python',
      '-c',
      'import lib; print(lib.WORD)',
    ]);
    expect([run.exit, run.stdout], run.stderr).toEqual([0, 'GOOD\n']);
    expect(verdicts(run.report)).toEqual(['lib-1.0-py3-none-any.whl first-seen']);
    const tool = await bench.run([
      'uv',
      'tool',
      'run',
      'tool',
      '--flag',
      'install',
      '--cache-dir=x',
    ]);
    expect([tool.exit, tool.stdout], tool.stderr).toEqual([0, 'tool ran\n']);
    const uvx = await bench.run(['uvx', '--from', 'tool==5.0', 'tool']);
    expect([uvx.exit, uvx.stdout], uvx.stderr).toEqual([0, 'tool ran\n']);
    const kept = await bench.run(['uv', 'tool', 'install', 'tool@5.0']);
    expect(kept.exit, kept.stderr).toBe(0);
    expect(installed(kept.report)).toEqual(['lib 1.1', 'tool 5.0']);
  });

  test('verbs that fetch nothing print what uv prints, and nothing else', async () => {
    await using bench = await open();
    for (const words of ['--version', 'pip list', 'pip freeze', 'pip show lib', 'cache dir']) {
      const plain = await runPlain(bench.environment, ['uv', ...words.split(' ')]);
      const ours = await bench.run(['uv', ...words.split(' ')]);
      if (words !== 'cache dir') expect(ours.stdout).toBe(plain.stdout);
      expect([ours.exit, ours.stderr], words).toEqual([plain.exit, plain.stderr]);
    }
    const missing = await bench.run(['uv', 'pip', 'install', 'nowhere-to-be-found']);
    expect(missing.exit).toBe(1);
    expect(missing.stderr).toContain('nowhere-to-be-found was not found');
    const usage = await bench.run(['uv', 'pip', 'install', '--frobnicate', 'lib']);
    expect(usage.exit).toBe(2);
  });

  test.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s reaches uv', async ([signal, exit]) => {
    await using bench = await open();
    const words = ['uv', 'pip', 'install', 'lib'];
    const ended = await interruptWhileWaiting(bench, `/packages/${LIB.filename}`, words, signal);
    expect(ended.exit, ended.stderr).toBe(exit);
    expect(ended.stderr).not.toMatch(/^\s+at .*\(/mu);
    expect(installed(ended.report)).toEqual([]);
  });
});

function pinned(
  report: Awaited<ReturnType<Awaited<ReturnType<typeof openBench>>['run']>>['report'],
) {
  return (report?.files ?? [])
    .filter(({ findings }) =>
      findings.some(({ kind, state }) => kind === 'pins' && state === 'vouched'),
    )
    .map(({ project }) => project);
}

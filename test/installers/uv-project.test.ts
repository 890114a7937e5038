// SPDX-License-Identifier: Apache-2.0
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FILES, INDEX } from '../world/world.ts';
import {
  APP,
  HELPER,
  LIB,
  OLD_LIB,
  filesAsked,
  installed,
  openBench,
  publishAll,
  publishAt,
  verdicts,
  versionsOf,
  type Bench,
} from './bench.ts';

const EXTRA = 'extra.test';
const OURS = /127\.0\.0\.1|wheelproof/u;

describe.each(versionsOf('uv'))('uv %s', (version) => {
  /** A project that names its own indexes, with no virtual environment active. */
  const open = async (dependencies: readonly string[] = []) => {
    const bench = await openBench('uv', version);
    publishAll(bench.world);
    publishAt(bench.world, EXTRA, HELPER);
    await bench.write(
      'pyproject.toml',
      `[project]
name = "mine"
version = "0.1"
requires-python = ">=3.8"
dependencies = [${dependencies.map((each) => JSON.stringify(each)).join(', ')}]

[[tool.uv.index]]
name = "usual"
url = "${bench.world.index}"
default = true

[[tool.uv.index]]
name = "house"
url = "${bench.world.origin(EXTRA)}/simple/"
explicit = true

[tool.uv.sources]
helper = { index = "house" }
`,
    );
    return {
      ...bench,
      [Symbol.asyncDispose]: bench[Symbol.asyncDispose],
      uv: async (...words: readonly string[]) => {
        const ended = await bench.run(['uv', ...words], { variables: { VIRTUAL_ENV: null } });
        expect(ended.exit, `uv ${words.join(' ')}: ${ended.stderr}`).toBe(0);
        return ended;
      },
    };
  };
  const removeEnvironment = ({ environment }: Bench) =>
    rm(join(environment.directory, '.venv'), { recursive: true });

  test('add, lock, sync, sync --frozen, run, export', async () => {
    await using bench = await open();
    const added = await bench.uv('add', 'app', 'helper');
    expect(installed(added.report)).toEqual(['app 2.0', 'helper 3.0', 'lib 1.1']);
    const project = await bench.read('pyproject.toml');
    expect(project).toMatch(/"app>=2\.0"/u);
    expect(project).not.toMatch(OURS);

    await bench.uv('lock', '--upgrade');
    const lock = await bench.read('uv.lock');
    expect(lock).toContain(bench.world.index.replace(/\/$/u, ''));
    expect(lock).toContain(`${bench.world.origin(FILES)}/packages/${LIB.filename}`);
    expect(lock).toContain(`sha256:${APP.sha256}`);
    expect(lock).not.toMatch(OURS);

    await removeEnvironment(bench);
    const warm = await bench.uv('sync');
    expect(installed(warm.report)).toEqual(['app 2.0', 'helper 3.0', 'lib 1.1']);
    // The lock that the first run wrote pins them now.
    expect(verdicts(warm.report).every((line) => line.endsWith(' vouched'))).toBe(true);

    const run = await bench.uv('run', 'python', '-c', 'import app; print(app.WORD)');
    expect(run.stdout).toBe('GOOD\n');
    const list = await bench.uv('export', '--quiet', '--format', 'requirements.txt');
    expect(list.stdout).toContain(`--hash=sha256:${LIB.sha256}`);
    expect(list.stdout).not.toMatch(OURS);
    expect(await bench.read('uv.lock')).toBe(lock);
  });

  test('sync --frozen goes to the addresses of the lock file, without any index', async () => {
    await using bench = await open(['app', 'helper']);
    await bench.uv('lock');
    await rm(join(bench.environment.home, '.cache'), { recursive: true });
    await rm(join(bench.environment.home, '.local'), { recursive: true });
    for (const host of [INDEX, EXTRA, FILES]) bench.world.host(host).seen.length = 0;
    const before = await bench.read('uv.lock');
    const frozen = await bench.uv('sync', '--frozen');
    expect(installed(frozen.report)).toEqual(['app 2.0', 'helper 3.0', 'lib 1.1']);
    expect(filesAsked(bench.world).sort()).toEqual(
      [APP, HELPER, LIB].map(({ filename }) => filename),
    );
    expect(await bench.read('uv.lock')).toBe(before);
    await removeEnvironment(bench);
    const again = await bench.uv('sync', '--frozen');
    expect(installed(again.report)).toEqual(['app 2.0', 'helper 3.0', 'lib 1.1']);
  });

  test('add --index by a configured name, and by a new one', async () => {
    await using bench = await open();
    publishAt(bench.world, 'new.test', LIB);
    await bench.uv('add', '--index', 'house', 'helper');
    await bench.uv('add', '--index', `fresh=${bench.world.origin('new.test')}/simple/`, 'lib');
    const project = await bench.read('pyproject.toml');
    expect(project).toContain('name = "fresh"');
    expect(project).not.toMatch(OURS);
  });

  test('run --with beside a project, and a script with its own wishes', async () => {
    await using bench = await open(['lib==1.0']);
    const beside = await bench.uv(
      'run',
      '--with',
      'helper',
      'python',
      '-c',
      'import helper, lib; print(helper.WORD)',
    );
    expect(beside.stdout).toBe('GOOD\n');
    expect(verdicts(beside.report)).toEqual([
      'helper-3.0-py3-none-any.whl first-seen',
      'lib-1.0-py3-none-any.whl first-seen',
    ]);
    await bench.write(
      'script.py',
      `# /// script\n# dependencies = ["app"]\n# [[tool.uv.index]]\n# url = "${bench.world.index}"\n# default = true\n# ///\nimport app\nprint(app.WORD)\n`,
    );
    const script = await bench.uv('run', 'script.py', '--index', './not-ours');
    expect(script.stdout).toBe('GOOD\n');
    expect(verdicts(script.report)).toContain('app-2.0-py3-none-any.whl first-seen');
  });

  test('a password of an index stays out of files and output', async () => {
    await using bench = await open(['app']);
    bench.world.host(INDEX).credentials = 'me:s3cret-of-the-index';
    const words = ['uv', 'sync'];
    const variables = {
      VIRTUAL_ENV: null,
      UV_INDEX_USUAL_USERNAME: 'me',
      UV_INDEX_USUAL_PASSWORD: 's3cret-of-the-index',
    };
    const ended = await bench.run(words, { variables });
    expect(ended.exit, ended.stderr).toBe(0);
    expect(installed(ended.report)).toEqual(['app 2.0', 'lib 1.1']);
    const told = bench.world.host(FILES).seen.filter(({ authorization }) => authorization !== null);
    expect(told).toEqual([]);
    const texts = [ended.stdout, ended.stderr, ended.reportText, await bench.read('uv.lock')];
    for (const text of texts) expect(text).not.toContain('s3cret');
  });

  test('a file left out of a page counts only where the project would take it', async () => {
    for (const [wish, exit] of [
      ['lib<1.1', 0],
      ['lib', 11],
    ] as const) {
      await using bench = await open([wish]);
      bench.world.project('lib').files = [];
      bench.world.publish(OLD_LIB);
      bench.world.publish(LIB, { hashes: {} });
      const ended = await bench.run(['uv', 'sync'], { variables: { VIRTUAL_ENV: null } });
      expect(ended.exit, ended.stderr).toBe(exit);
      expect(installed(ended.report)).toEqual(['lib 1.0']);
    }
  });
});

// SPDX-License-Identifier: Apache-2.0
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openGitServer } from '../world/git-server.ts';
import { INSTALLERS } from '../world/installer-versions.ts';
import { makeWheel } from '../world/wheel.ts';
import { MINE, installed, openBench, publishAll, versionsOf } from './bench.ts';
import { hostRepository } from './git-host.ts';

const PASSWORD = 's3cret-of-the-forge';

describe.each(INSTALLERS.flatMap((name) => versionsOf(name).map((version) => ({ name, version }))))(
  '$name $version',
  ({ name, version }) => {
    const starter = name === 'pip' ? ['pip'] : ['uv', 'pip'];
    const open = async (configure: (forge: string) => string) => {
      const bench = await openBench(name, version);
      publishAll(bench.world);
      const address = await hostRepository(bench, MINE);
      await bench.write(
        join(bench.environment.home, '.gitconfig'),
        configure(bench.world.origin('git.test')),
      );
      const words = [...starter, 'install', '--index-url', bench.world.index, `mine @ ${address}`];
      return { ...bench, words, [Symbol.asyncDispose]: bench[Symbol.asyncDispose] };
    };

    test('git goes through the gate whatever its files say of proxies', async () => {
      const elsewhere = 'http://127.0.0.1:9';
      await using bench = await open(
        (forge) =>
          `[http]\n\tproxy = ${elsewhere}\n[http "${forge}"]\n\tproxy = ${elsewhere}\n\tsslVerify = false\n[remote "origin"]\n\tproxy = ${elsewhere}\n`,
      );
      const ended = await bench.run(bench.words);
      expect(ended.exit, ended.stderr).toBe(0);
      expect(installed(ended.report)).toEqual(['lib 1.1', 'mine 1.0 without receipt vcs']);
      expect(ended.report?.other_traffic.map(({ host }) => host.replace(/:\d+$/u, ''))).toContain(
        'git.test',
      );
    });

    // CVE-2022-39253: git itself takes none from there, unless somebody allows it for all.
    test('a submodule that lies on this machine is not taken', async () => {
      await using bench = await openBench(name, version);
      publishAll(bench.world);
      const server = await openGitServer(bench.world.host('git.test'), bench.environment.root);
      const [mine, part] = [await server.create('mine', MINE), await server.create('part', {})];
      const commit = await part.git('rev-parse', 'HEAD');
      await mine.git('update-index', '--add', '--cacheinfo', `160000,${commit},part`);
      await mine.git('commit', '--quiet', '--message', 'part');
      await mkdir(join(await mine.git('rev-parse', '--show-toplevel'), 'part'));
      const folder = await part.git('remote', 'get-url', 'origin');
      const stated = `[submodule "part"]\n\tpath = part\n\turl = ${folder}\n`;
      await mine.commit({ '.gitmodules': stated });
      const address = `git+${bench.world.origin('git.test')}${mine.path}`;
      const words = [...starter, 'install', '--index-url', bench.world.index, `mine @ ${address}`];
      const ended = await bench.run(words);
      expect(ended.exit, ended.stderr).not.toBe(0);
      expect(`${ended.stdout}${ended.stderr}`).toContain("transport 'file' not allowed");
    });

    test.runIf(name === 'pip').each([
      { marker: '', ask: 'wanting', judged: 'before it is fetched' },
      { marker: ' ; extra == "more"', ask: 'wanting[more]', judged: 'after it was installed' },
    ])('what metadata requires from git is refused $judged', async ({ marker, ask, judged }) => {
      await using bench = await openBench(name, version);
      publishAll(bench.world);
      const address = await hostRepository(bench, MINE);
      const requires = [`mine @ ${address}${marker}\nProvides-Extra: more`];
      bench.world.publish(makeWheel({ name: 'wanting', version: '1.0', requires }));
      const ended = await bench.run(['pip', 'install', '--index-url', bench.world.index, ask]);
      expect(ended.exit, ended.stderr).toBe(15);
      expect(ended.stderr).toContain('WP-DIRECT-DEPENDENCY');
      expect(ended.stderr).toContain('mine');
      if (judged.startsWith('before')) {
        expect(ended.report?.other_traffic).toEqual([]);
        expect(installed(ended.report)).toEqual([]);
      }
    });

    test("the user's credential helpers are asked, and told nothing of ours", async () => {
      await using bench = await open(() => '[credential]\n\thelper = store\n');
      bench.world.host('git.test').credentials = `me:${PASSWORD}`;
      const stored = `${bench.world.origin('git.test').replace('https://', `https://me:${PASSWORD}@`)}\n`;
      await bench.write(
        join(bench.environment.home, '.git-credentials'),
        stored.replace(/:(\d+)\n$/u, '%3a$1\n'),
      );
      const ended = await bench.run(bench.words);
      expect(ended.exit, ended.stderr).toBe(0);
      expect(installed(ended.report)).toEqual(['lib 1.1', 'mine 1.0 without receipt vcs']);
      const kept = await bench.read(join(bench.environment.home, '.git-credentials'));
      expect(kept.trim().split('\n')).toHaveLength(1);
      expect(`${ended.stdout}${ended.stderr}${ended.reportText}`).not.toContain(PASSWORD);
    });
  },
);

// SPDX-License-Identifier: Apache-2.0
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeProgram } from '../attacks/program.ts';
import { INSTALLERS } from '../world/installer-versions.ts';
import { runProgram } from '../world/programs.ts';
import { makeWheel } from '../world/wheel.ts';
import { openBench, type Bench } from './bench.ts';

const MODULES = 400;

const modulesOf = (name: string): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: MODULES }, (_, at) => [
      `${name}/m${String(at).padStart(3, '0')}.py`,
      'X = 1\n',
    ]),
  );
const WHEELS = ['first', 'second'].map((name) =>
  makeWheel({ name, version: '1.0', files: modulesOf(name) }),
);

/** What must lie there before the installer is killed. */
const POINTS = [
  'first/__init__.py',
  'first/m000.py',
  'first/m200.py',
  'first/m399.py',
  'first-1.0.dist-info/METADATA',
  'second/m000.py',
  'second/m300.py',
  'second-1.0.dist-info/WHEEL',
];
/** uv writes it anew in place, and a kill may meet it there. */
const RECORD = 'first-1.0.dist-info/RECORD';

/**
 * A program in the installer's place that kills the real one as soon as a file lies in the target,
 * and leaves half of `cut`, as if it had been written just then.
 */
async function killAt({ environment }: Bench, point: string, cut: string | null): Promise<void> {
  const { target, installer, variables } = environment;
  const python = join(target, 'bin', 'python');
  const [, uv = ''] = (variables['PATH'] ?? '').split(':');
  const real = installer === 'pip' ? [python, '-m', 'pip'] : [join(uv, 'uv')];
  const site = await siteOf(target);
  const cutting = cut === null ? null : join(site, cut);
  const program = `#!${python}
import os, signal, subprocess, sys
child = subprocess.Popen([*${JSON.stringify(real)}, *sys.argv[1:]])
cut = ${cutting === null ? 'None' : JSON.stringify(cutting)}
point = ${JSON.stringify(join(site, point))}
while child.poll() is None:
    if os.path.exists(point):
        child.kill()
        child.wait()
        if cut is not None:
            os.truncate(cut, os.path.getsize(cut) // 2)
        os.kill(os.getpid(), signal.SIGKILL)
sys.exit(child.returncode)
`;
  await writeFile(join(target, 'bin', installer), program, { mode: 0o755 });
}

async function siteOf(target: string): Promise<string> {
  const [python = ''] = await readdir(join(target, 'lib'));
  return join(target, 'lib', python, 'site-packages');
}

/** What Python could import, by itself: each top entry that no finished distribution lists. */
async function orphans(site: string, before: ReadonlySet<string>): Promise<string[]> {
  const names = (await readdir(site)).filter((name) => !before.has(name) && name !== '__pycache__');
  const owned = new Set<string>();
  for (const name of names.filter((one) => one.endsWith('.dist-info'))) {
    const record = await readFile(join(site, name, 'RECORD'), 'utf8').catch(() => '');
    const paths = record.split('\n').map((line) => line.split(',')[0] ?? '');
    const there = await Promise.all(
      paths.filter((path) => path !== '').map((path) => exists(join(site, path))),
    );
    if (!paths.includes(`${name}/INSTALLER`) || there.includes(false)) continue;
    for (const path of paths) owned.add(path.split('/')[0] ?? '');
  }
  return names.filter((name) => !owned.has(name));
}

async function exists(path: string): Promise<boolean> {
  return await readFile(path).then(
    () => true,
    () => false,
  );
}

describe.each(INSTALLERS)('%s, killed while it installs', (installer) => {
  const points = POINTS.map((point) => ({ name: point, point, cut: null }));
  const kills = [...points, { name: `${RECORD}, half of it,`, point: RECORD, cut: RECORD }];
  test.each(kills)('when $name is there', async ({ point, cut }) => {
    await using bench = await openBench(installer);
    const { target, variables, directory } = bench.environment;
    for (const wheel of WHEELS) bench.world.publish(wheel);
    const starter = installer === 'pip' ? ['pip'] : ['uv', 'pip'];
    const words = [...starter, 'install', '-i', bench.world.index, 'first', 'second'];
    const site = await siteOf(target);
    const before = new Set(await readdir(site));
    const own = join(target, 'bin', installer);
    const script = await readFile(own, 'utf8').catch(() => null);
    await killAt(bench, point, cut);
    const ended = await bench.run(words);
    expect([137, 0]).toContain(ended.exit);
    const left = await orphans(site, before);
    if (ended.exit === 137 && left.length > 0) expect(ended.stderr).toContain('half installed');
    const [half] = ended.report?.half_installed ?? [];
    for (const name of left)
      expect([...(half?.files ?? []), ...(half?.missing ?? [])].join('\n'), name).toContain(name);

    // The command that is named mends it.
    await rm(own);
    if (script !== null) await writeFile(own, script, { mode: 0o755 });
    const { main } = await makeProgram();
    const starts = `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`;
    await writeFile(join(target, 'bin', 'wheelproof'), starts, { mode: 0o755 });
    const repair = half?.repair ?? `wheelproof ${words.join(' ')}`;
    const mended = await runProgram(['sh', '-c', repair], { environment: variables, directory });
    expect(mended.exit, mended.stderr).toBe(0);
    expect(await orphans(site, before)).toEqual([]);
    for (const name of ['first', 'second'])
      expect(await readdir(join(site, name))).toHaveLength(
        MODULES + 1 + (installer === 'pip' ? 1 : 0),
      );
  });
});

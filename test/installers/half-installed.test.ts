// SPDX-License-Identifier: Apache-2.0
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeProgram } from '../attacks/program.ts';
import {
  killingProgram,
  KILL_POINTS,
  MODULES,
  orphans,
  siteOf,
  SLOW_WHEELS,
} from '../world/half-installs.ts';
import { INSTALLERS } from '../world/installer-versions.ts';
import { runProgram } from '../world/programs.ts';
import { openBench, type Bench } from './bench.ts';

/** uv writes it anew in place, and a kill may meet it there. */
const RECORD = 'first-1.0.dist-info/RECORD';

async function killAt({ environment }: Bench, point: string, cut: string | null): Promise<void> {
  const { target, installer, variables } = environment;
  const python = join(target, 'bin', 'python');
  const [, uv = ''] = (variables['PATH'] ?? '').split(':');
  const real = installer === 'pip' ? [python, '-m', 'pip'] : [join(uv, 'uv')];
  const program = killingProgram({ real, python, site: await siteOf(target), point, cut });
  await writeFile(join(target, 'bin', installer), program, { mode: 0o755 });
}

describe.each(INSTALLERS)('%s, killed while it installs', (installer) => {
  const points = KILL_POINTS.map((point) => ({ name: point, point, cut: null }));
  const kills = [...points, { name: `${RECORD}, half of it,`, point: RECORD, cut: RECORD }];
  test.each(kills)('when $name is there', async ({ point, cut }) => {
    await using bench = await openBench(installer);
    const { target, variables, directory } = bench.environment;
    for (const wheel of SLOW_WHEELS) bench.world.publish(wheel);
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

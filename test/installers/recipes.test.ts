// SPDX-License-Identifier: Apache-2.0
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { makeProgram } from '../attacks/program.ts';
import { openGround } from '../faults/ground.ts';
import { provisionWith, toolsFolder } from '../world/installer-templates.ts';
import { runProgram } from '../world/programs.ts';

/* The recipes of this repository, played with the real tools. */

provisionWith(inject('callersEnvironment'));

const recipes = join(import.meta.dirname, '../../recipes');
const CHECK =
  'import unittest, demo\n\n\nclass Demo(unittest.TestCase):\n    def test_demo(self):\n        assert demo.WORD\n';

test.each([
  {
    tool: 'tox',
    version: '4.67.15',
    file: 'tox.ini',
    words: ['-m', 'tox', 'run', '--skip-pkg-install'],
  },
  { tool: 'nox', version: '2026.10.20', file: 'noxfile.py', words: ['-m', 'nox'] },
])('$tool installs through the gate alone', async ({ tool, version, file, words }) => {
  await using ground = await openGround('pip');
  const { sha256 } = ground.publish({ name: 'demo', version: '1.0' });
  const { root, directory, variables } = ground.environment;
  const folder = await toolsFolder(`${tool}-${version}`, [`${tool}==${version}`, 'virtualenv']);
  const programs = join(root, 'bin');
  await mkdir(programs);
  const { main } = await makeProgram();
  const start = `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`;
  await writeFile(join(programs, 'wheelproof'), start, { mode: 0o755 });
  await cp(join(recipes, file), join(directory, file));
  await writeFile(join(directory, 'test_demo.py'), CHECK);
  const environment = {
    ...variables,
    PATH: `${programs}:${variables['PATH'] ?? ''}`,
    PIP_INDEX_URL: ground.world.index,
  };
  const play = async (digest: string) => {
    const line = `demo==1.0 --hash=sha256:${digest}\n`;
    await writeFile(join(directory, 'requirements.txt'), line);
    const python = join(folder, 'bin/python');
    return await runProgram([python, ...words], { environment, directory });
  };
  const refused = await play('ab'.repeat(32));
  expect(refused.exit).not.toBe(0);
  expect(refused.stdout + refused.stderr).toContain('WP-PIN-MISMATCH');
  const good = await play(sha256);
  expect(good.exit, good.stdout + good.stderr).toBe(0);
  const { stdout } = await ground.command(['trust', 'list', '--json']);
  expect(stdout).toContain(sha256);
});

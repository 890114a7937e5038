// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readClientPlatform } from '../../src/verify/client-platform.ts';
import { unfitWheels } from '../../src/verify/unfit-wheels.ts';
import { newest } from '../world/installer-versions.ts';
import { templateOf } from '../world/installer-templates.ts';
import { runProgram } from '../world/programs.ts';

const ASK = `
from pip._internal.network.session import user_agent
from pip._vendor.packaging.tags import sys_tags
print(user_agent())
for tag in sys_tags(): print(tag)
`;

test('no wheel that pip can install is skipped', async () => {
  const python = join(await templateOf(newest('pip')), 'bin', 'python');
  const { stdout } = await runProgram([python, '-c', ASK], { directory: '/', environment: {} });
  const [agent = '', ...tags] = stdout.trim().split('\n');
  const unfit = unfitWheels(readClientPlatform(agent));
  expect(unfit).not.toBeNull();
  expect(tags.length).toBeGreaterThan(100);
  expect(tags.filter((tag) => unfit?.has(`a-1.0-${tag}.whl`) === true)).toEqual([]);
});

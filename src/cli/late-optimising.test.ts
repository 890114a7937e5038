// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const MODULE = join(import.meta.dirname, 'late-optimising.ts');

/** What V8 says of it: it writes of each flag that it does not know. */
function saidFor(version: string): string {
  const script = `import { optimiseLate } from ${JSON.stringify(MODULE)}; optimiseLate(${version});`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--no-warnings', '--input-type=module', '--eval', `${script} console.log('on');`],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return stdout + stderr;
}

it('is known to the V8 of this Node, and left alone where another might not know it', () => {
  expect(saidFor('process.versions.node')).toBe('on\n');
  expect(saidFor('"99.0.0"')).toBe('on\n');
});

// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const bin = join(root, 'bin', 'wheelproof.js');

/** Starts the shipped program under a Node that says it is another version. */
function startAs(version: string) {
  const pretence = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
  const words = ['--import', `data:text/javascript,${encodeURIComponent(pretence)}`, bin];
  return spawnSync(process.execPath, [...words, '--version'], { encoding: 'utf8' });
}

const sentence = (version: string): string =>
  `wheelproof needs Node 22.22.2, 24.15.0, 26 or newer; this is ${version}.\n`;

/** Of the machine itself, in the usual places. */
const systems = spawnSync('/usr/bin/node', ['-p', 'process.versions.node'], { encoding: 'utf8' });
const own = systems.status === 0 ? systems.stdout.trim() : '';

describe('a Node that is too old (M07)', () => {
  test.each(['18.20.8', '20.20.2', '22.22.1', '22.9.0', '23.11.0', '24.14.1', '25.9.0'])(
    '%s is refused in one sentence',
    (version) => {
      const { status, stdout, stderr } = startAs(version);
      expect({ status, stdout, stderr }).toEqual({
        status: 64,
        stdout: '',
        stderr: sentence(version),
      });
    },
  );

  test.each(['22.22.2', '22.23.0', '24.15.0', '26.0.0', '27.1.0'])('%s is not', (version) => {
    expect(startAs(version).stderr).not.toContain('wheelproof needs Node');
  });

  test.skipIf(!/^(?:1\d|20)\./u.test(own))(`the real ${own} of this machine is refused`, () => {
    const { status, stdout, stderr } = spawnSync('/usr/bin/node', [bin, 'pip', 'list'], {
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 64, stdout: '', stderr: sentence(own) });
  });

  test('the sentence names the range of package.json', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ engines: { node: '^22.22.2 || ^24.15.0 || >=26' } });
  });
});

// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { makeWheel } from '../../test/world/wheel.ts';
import { openWheelFiles } from './index.ts';

const info = 'good-1.0.dist-info';
const { filename, bytes } = makeWheel({
  name: 'good',
  version: '1.0',
  files: {
    [`${info}/entry_points.txt`]:
      '# no\n[console_scripts]\ngood = good:main\n; no = no\ngood-two=good:two [x]\n\n[gui_scripts]\nwindow = good:w\n[other]\nplug = good:p\n',
  },
});
const held = {
  size: bytes.length,
  digests: { sha256: '' },
  read: async (position: number, length: number) => bytes.subarray(position, position + length),
};

test('what a wheel brings, with the hashes of its own RECORD', async () => {
  const wheel = await openWheelFiles(filename, held);
  expect(wheel.distInfo).toBe(info);
  const stated = wheel.members.filter(({ sha256 }) => sha256 !== null);
  expect(wheel.members.length - stated.length).toBe(1); // RECORD itself
  expect(stated.every(({ sha256 }) => /^[0-9a-f]{64}$/u.test(sha256 ?? ''))).toBe(true);
  expect([...wheel.commands]).toEqual(['good', 'good-two', 'window']);
  expect(Buffer.from(await wheel.read('good/__init__.py')).toString()).toContain('GOOD');
  await expect(wheel.read('nothing')).rejects.toMatchObject({ code: 'WP-ARCHIVE-MALFORMED' });
});

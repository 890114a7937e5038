// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { diskRefusal } from './disk-refusal.ts';

const failed = (code: string): Error => Object.assign(new Error(code), { code });

it.each([
  ['EMFILE', /ulimit -n/u],
  ['ENOSPC', /^Free space/u],
  ['EACCES', /XDG_DATA_HOME/u],
])('%s is refused with what helps against it', (code, hint) => {
  expect(diskRefusal(failed(code), 'writing')).toMatchObject({
    code: 'WP-STATE-DISK',
    message: expect.stringContaining(`(${code})`),
    hint: expect.stringMatching(hint),
  });
});

it('hands back what is no failure of a file as it is', () => {
  const fault = new TypeError('ours');
  expect(diskRefusal(fault, 'writing')).toBe(fault);
});

// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asRefusal } from '../core/errors.ts';
import { verifyVcsAddress } from './vcs-address.ts';

describe('what a version control program would take for something else', () => {
  it.each([
    'git+https://h.test/r.git@--upload-pack=touch x',
    'git+https://h.test/r.git@%2D%2Dupload-pack=x',
    'git+https://h.test/r.git@ -x',
    'hg+https://h.test/r@--config=alias.clone=!x#egg=r',
    'git+ssh://-oProxyCommand=x/r.git',
    'git+ssh://user@-oProxyCommand=x/r.git',
    'git+https://h.test/r.git@main\u2028x',
    'git+https://h.test/r.git@main%0Ax',
    'git+https://h.test/r.git@main%C2%85x',
  ])('%j', (url) => {
    expect(() => verifyVcsAddress(url, 'requirements.txt:3')).toThrow(
      expect.objectContaining({
        code: 'WP-LOCKFILE-INVALID',
        message: expect.stringContaining('requirements.txt:3'),
      }),
    );
  });

  it.each([
    'git+https://h.test/my%20team/r.git@v1.0-rc',
    'git+https://user:p%40ss@h.test/@scope/r.git@feature/x-y#egg=r&subdirectory=a-b',
    'git+https://h.test/-/r.git',
    'git+file:///srv/r.git',
    'git+https://h.test/100%/r.git',
  ])('%j is nothing but an address', (url) => {
    expect(() => verifyVcsAddress(url, 'here')).not.toThrow();
  });

  it('never ends in anything but a refusal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          verifyVcsAddress(`git+https:${text}`, 'here');
        } catch (error) {
          expect(asRefusal(error, '').code).toBe('WP-LOCKFILE-INVALID');
        }
      }),
    );
  });
});

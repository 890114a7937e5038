// SPDX-License-Identifier: Apache-2.0
import { AN_HONEST_INSTALL, BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { EVIL, GOOD } from './stage.ts';

export const A03: Attack = {
  id: 'A03',
  title: 'same file name, new bytes and hash, after this machine saw the old',
  forms: [
    {
      name: 'after an install',
      after: AN_HONEST_INSTALL,
      mount: (stage) => void stage.listOnly(EVIL),
      expect: refused('E-BYTES', 'WP-NAME-REUSED', {
        says: () => [GOOD.filename, GOOD.sha256.slice(0, 12), EVIL.sha256.slice(0, 12)],
      }),
      plain: BOTH_INSTALL,
      defence: 'memory',
    },
  ],
  twins: [{ name: 'the same bytes again', after: AN_HONEST_INSTALL, mount: () => undefined }],
};

// SPDX-License-Identifier: Apache-2.0
import { digest } from '../world/wheel.ts';
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { EVIL, GOOD } from './stage.ts';
import { allowWeakHash } from './weak-hash-policy.ts';

const md5 = (bytes: Uint8Array) => ({ hashes: { md5: digest('md5', bytes) } });

export const A06: Attack = {
  id: 'A06',
  title: 'the link carries an md5 only',
  forms: (['json', 'html'] as const).map((form) => ({
    name: form,
    mount: (stage) => {
      stage.listOnly(EVIL, md5(EVIL.bytes));
      stage.world.project('good').forms = [form];
    },
    expect: refused('E-MISSING', 'WP-NO-STRONG-HASH', { says: () => [EVIL.filename] }),
    plain: BOTH_INSTALL,
    defence: 'pages',
  })),
  twins: [
    {
      name: 'the policy lets it through',
      mount: (stage) => void stage.listOnly(GOOD, md5(GOOD.bytes)),
      policy: allowWeakHash(),
    },
  ],
};

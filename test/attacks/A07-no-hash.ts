// SPDX-License-Identifier: Apache-2.0
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { EVIL, GOOD } from './stage.ts';
import { allowWeakHash } from './weak-hash-policy.ts';

export const A07: Attack = {
  id: 'A07',
  title: 'the link carries no hash',
  forms: (['json', 'html'] as const).map((form) => ({
    name: form,
    mount: (stage) => {
      stage.listOnly(EVIL, { hashes: {} });
      stage.world.project('good').forms = [form];
    },
    expect: refused('E-MISSING', 'WP-NO-STRONG-HASH', { says: () => [EVIL.filename] }),
    plain: BOTH_INSTALL,
    defence: 'pages',
  })),
  twins: [
    {
      name: 'the policy lets it through, as first seen',
      mount: (stage) => void stage.listOnly(GOOD, { hashes: {} }),
      policy: allowWeakHash(),
      witness: (_stage, { report }) =>
        report?.files.some(({ sha256 }) => sha256 === GOOD.sha256) === true
          ? []
          : ['its own sha256 is not in the report'],
    },
  ],
};

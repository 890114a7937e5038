// SPDX-License-Identifier: Apache-2.0
import { refused, type Attack } from './attack.ts';
import { EVIDENCE_KINDS } from './defences.ts';
import { GOOD } from './stage.ts';

export const M06: Attack = {
  id: 'M06',
  title: 'a verifier throws',
  forms: EVIDENCE_KINDS.map((kind) => ({
    name: kind,
    mount: () => undefined,
    wiring: `throwing:${kind}`,
    expect: refused('E-INTERNAL', 'WP-INTERNAL', { says: () => [GOOD.filename] }),
    plain: null,
    defence: 'what throws blocks',
    lasting: true,
  })),
};

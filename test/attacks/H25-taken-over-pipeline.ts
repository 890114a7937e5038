// SPDX-License-Identifier: Apache-2.0
import {
  BOTH_INSTALL,
  OWN_SIGSTORE,
  PASSED,
  refused,
  type Attack,
  type Witness,
} from './attack.ts';
import { honestly, namesPublisher } from './attested.ts';
import { EVIL } from './stage.ts';

/** Nothing that a reader could take for a judgement of the code. */
const praisesNothing: Witness = (_stage, { stderr, reportText }) =>
  [/\b(?:safe|secure|harmless|trustworthy|clean)\b/iu.exec(stderr + reportText)]
    .filter((found) => found !== null)
    .map(([word]) => `it is called ${word}`);

export const H25: Attack = {
  id: 'H25',
  title: 'signed by a pipeline that was taken over',
  forms: [
    {
      name: 'everything holds, and the code is bad: who signed is told, and no more',
      ...OWN_SIGSTORE,
      mount: (stage) => stage.listAttested(EVIL),
      expect: PASSED,
      plain: BOTH_INSTALL,
      defence: 'attestation',
      witness: async (stage, guarded) => [
        ...(await praisesNothing(stage, guarded)),
        ...(await namesPublisher('GitHub good-people/good')(stage, guarded)),
      ],
    },
    {
      name: 'a minimum age holds it back all the same',
      ...OWN_SIGSTORE,
      mount: (stage) => stage.listAttested(EVIL),
      policy: 'cooldown = "7d"\n',
      expect: refused('E-MISSING', 'WP-COOLDOWN', { says: () => [EVIL.filename] }),
      plain: BOTH_INSTALL,
      defence: 'age of files',
      lasting: true,
    },
  ],
  twins: [honestly('by the pipeline itself')],
};

// SPDX-License-Identifier: Apache-2.0
import { provenance } from '../world/integrity-api.ts';
import { BOTH_INSTALL, PASSED, refused, type Attack } from './attack.ts';
import { attested, MALLORY } from './attested.ts';
import { runGuarded } from './door.ts';
import { EVIL, GOOD } from './stage.ts';

const DEMAND = 'require = "publisher or repository or log or approval"\n';

export const A02: Attack = {
  id: 'A02',
  title: 'the index swaps file and hash together',
  forms: [
    {
      name: 'policy asks for a voucher',
      mount: (stage) => void stage.listOnly(EVIL),
      policy: DEMAND,
      expect: refused('E-MISSING', 'WP-NO-VOUCHER', { says: () => [EVIL.filename] }),
      plain: BOTH_INSTALL,
      defence: 'requirement',
      lasting: true,
    },
    attested(
      'attested by whoever swapped it, and policy asks for a publisher',
      ({ sigstore }) => provenance([sigstore.attest(EVIL, { signer: MALLORY })], MALLORY.publisher),
      refused('E-MISSING', 'WP-NO-VOUCHER', { says: () => [EVIL.filename] }),
      { policy: 'require = "publisher"\n', defence: 'requirement', lasting: true },
    ),
    {
      name: 'default policy: told plainly',
      mount: (stage) => void stage.listOnly(EVIL),
      expect: PASSED,
      plain: BOTH_INSTALL,
      defence: 'integrity is no voucher',
      witness: (_stage, { report, stderr }) => [
        ...(report?.summary.first_seen === 1 ? [] : ['not counted as first seen']),
        ...(report?.summary.vouched === 0 ? [] : ['counted as vouched']),
        ...(/\bverified\b/iu.test(stderr) ? ['called verified'] : []),
        ...(/first seen/iu.test(stderr) ? [] : ['not called first seen']),
      ],
    },
  ],
  twins: [
    {
      name: 'approved by a person',
      mount: () => undefined,
      policy: DEMAND,
      run: async (_stage, knock) => {
        const approve = ['trust', 'approve', `sha256:${GOOD.sha256}`];
        const why = ['--project', 'good', '--reason', 'looked at', '--owner', 'someone'];
        const approved = await runGuarded({ ...knock, words: [...approve, ...why], bare: true });
        return approved.exit === 0 ? await runGuarded(knock) : approved;
      },
    },
  ],
};

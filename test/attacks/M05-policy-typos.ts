// SPDX-License-Identifier: Apache-2.0
import { policyForms } from './bad-policy.ts';
import type { Attack } from './attack.ts';

export const M05: Attack = {
  id: 'M05',
  title: 'a policy file with a typo',
  forms: policyForms({
    'an unknown key': 'first_use = "refuse"\n',
    'a wrong type': 'allow-hosts = "files.test"\n',
    'an unknown value': 'first-use = "refuze"\n',
    'an empty file': '',
    'a byte-order mark': '\ufefffirst-use = "refuse"\n',
    'no TOML at all': '{"first-use": "refuse"}\n',
  }),
  twins: [{ name: 'a right policy', mount: () => undefined, policy: 'first-use = "accept"\n' }],
};

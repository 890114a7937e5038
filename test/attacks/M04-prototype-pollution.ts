// SPDX-License-Identifier: Apache-2.0
import { policyForms } from './bad-policy.ts';
import type { Attack } from './attack.ts';

export const M04: Attack = {
  id: 'M04',
  title: 'prototype pollution through the policy',
  forms: policyForms({
    'a __proto__ table': '[__proto__]\nstrict = false\n',
    'a quoted __proto__ key': '"__proto__" = { first-use = "accept" }\n',
    'inside a project': '[[project]]\nname = "good"\n[project.__proto__]\nrequire = "x"\n',
    'a constructor': '[constructor.prototype]\nfirst-use = "accept"\n',
  }),
};

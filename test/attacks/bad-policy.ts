// SPDX-License-Identifier: Apache-2.0
import { refused, type Form } from './attack.ts';

/** One form for each policy text: nothing may start under it. */
export function policyForms(texts: Readonly<Record<string, string>>): readonly Form[] {
  return Object.entries(texts).map(([name, policy]) => ({
    name,
    mount: () => undefined,
    policy,
    expect: refused('E-USAGE', 'WP-POLICY-INVALID', { says: () => ['wheelproof.toml'] }),
    plain: null,
    defence: 'policy reading',
    stop: async (stage) => {
      await stage.write('wheelproof.toml', 'first-use = "accept"\n');
    },
  }));
}

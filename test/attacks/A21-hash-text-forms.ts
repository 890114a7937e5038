// SPDX-License-Identifier: Apache-2.0
import {
  BOTH_INSTALL,
  BOTH_REFUSE,
  CONTROL,
  PASSED,
  refused,
  type Attack,
  type Form,
} from './attack.ts';
import { EVIL, GOOD } from './stage.ts';

const upper = GOOD.sha256.toUpperCase();

const accepted = (name: string, mount: Form['mount']): Form => ({
  name,
  mount,
  expect: PASSED,
  plain: BOTH_INSTALL,
  defence: CONTROL,
  witness: (stage) => (stage.installedWord() === 'GOOD' ? [] : ['not installed']),
});

const wrongLength = (name: string, sha256: string, form: 'json' | 'html'): Form => ({
  name,
  mount: (stage) => {
    stage.listOnly(EVIL, { hashes: { sha256 } });
    stage.world.project('good').forms = [form];
  },
  expect: refused('E-MISSING', 'WP-HASH-MALFORMED', { says: () => [EVIL.filename] }),
  plain: BOTH_REFUSE,
  defence: 'pages',
});

export const A21: Attack = {
  id: 'A21',
  title: 'ways to write a hash',
  forms: [
    accepted(
      'upper-case, json',
      (stage) => void stage.listOnly(GOOD, { hashes: { sha256: upper } }),
    ),
    accepted('upper-case, html', (stage) => {
      stage.listOnly(GOOD, { hashes: { sha256: upper } });
      stage.world.project('good').forms = ['html'];
    }),
    wrongLength('63 digits', EVIL.sha256.slice(1), 'json'),
    wrongLength('65 digits', `${EVIL.sha256}0`, 'html'),
  ],
};

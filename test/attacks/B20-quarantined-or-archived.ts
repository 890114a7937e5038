// SPDX-License-Identifier: Apache-2.0
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { told } from './former-pages.ts';
import type { Stage } from './stage.ts';

const say = (status: string) => (stage: Stage) => {
  const reason = 'under review';
  stage.world.project('good').raw = { 'project-status': { status, reason } };
};

export const B20: Attack = {
  id: 'B20',
  title: 'a quarantined project still lists its files',
  forms: [
    {
      name: 'never seen before',
      mount: say('quarantined'),
      expect: refused('E-SOURCE', 'WP-QUARANTINED', { says: () => ['good', 'under review'] }),
      plain: BOTH_INSTALL,
      defence: 'pages',
    },
    {
      name: 'after an install',
      after: { ask: ['good'] },
      mount: say('quarantined'),
      expect: refused('E-SOURCE', 'WP-QUARANTINED', { says: () => ['good', 'under review'] }),
      plain: BOTH_INSTALL,
      defence: 'pages',
    },
  ],
  twins: [
    { name: 'archived', mount: say('archived'), witness: told('good is archived', 'under review') },
    { name: 'deprecated', mount: say('deprecated'), witness: told('good is deprecated') },
  ],
};

// SPDX-License-Identifier: Apache-2.0
import { digest } from '../world/wheel.ts';
import { refused, type Attack } from './attack.ts';
import { EVIL, OLDER } from './stage.ts';

const weak = { sha1: { sha1: digest('sha1', EVIL.bytes) }, crc32: { crc32: 'deadbeef' } };

export const A08: Attack = {
  id: 'A08',
  title: 'the link carries a sha1 or an unknown hash',
  forms: [
    {
      name: 'sha1, html',
      mount: (stage) => {
        stage.listOnly(EVIL, { hashes: weak.sha1 });
        stage.world.project('good').forms = ['html'];
      },
      expect: refused('E-MISSING', 'WP-NO-STRONG-HASH', { says: () => [EVIL.filename] }),
      plain: { pip: 'installs', uv: 'refuses' },
      defence: 'pages',
    },
    {
      name: 'crc32, json',
      mount: (stage) => void stage.listOnly(EVIL, { hashes: weak.crc32 }),
      expect: refused('E-MISSING', 'WP-NO-STRONG-HASH', { says: () => [EVIL.filename] }),
      plain: { pip: 'refuses', uv: 'installs' },
      defence: 'pages',
    },
    {
      name: 'the rest of the page stands',
      mount: (stage) => {
        stage.listOnly(EVIL, { hashes: weak.sha1 });
        stage.world.publish(OLDER);
        stage.world.project('good').forms = ['html'];
      },
      expect: refused('E-MISSING', 'WP-NO-STRONG-HASH', { steeredTo: '0.9' }),
      plain: { pip: 'installs', uv: 'refuses' },
      defence: 'pages',
    },
  ],
  twins: [
    {
      name: 'an older version with a weak hash is no matter',
      mount: ({ world }) =>
        void world.publish(OLDER, { hashes: { sha1: digest('sha1', OLDER.bytes) } }),
    },
  ],
};

// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FILES } from '../world/world.ts';
import { BOTH_REFUSE, refused, type Attack } from './attack.ts';
import { EVIL } from './stage.ts';

const DOTS = { once: '..%2f..%2f', twice: '%252e%252e%252f%252e%252e%252f' };

export const B14: Attack = {
  id: 'B14',
  title: 'an encoded way out of the folder in the file name',
  forms: Object.entries(DOTS).map(([name, dots]) => ({
    name,
    mount: (stage) => {
      const path = `/packages/${dots}${EVIL.filename}`;
      stage.listOnly(EVIL, { href: `${stage.world.origin(FILES)}${path}`, sidecar: false });
      stage.world.host(FILES).files.set(path, EVIL.bytes);
      stage.world.project('good').forms = ['html'];
    },
    expect: refused('E-SOURCE', ['WP-URL-NAME', 'WP-ENTRY-MALFORMED', 'WP-FOREIGN-NAME']),
    plain: name === 'once' ? { pip: 'installs', uv: 'refuses' } : BOTH_REFUSE,
    defence: 'verification',
    witness: ({ environment }) =>
      [environment.root, environment.home, environment.directory]
        .map((folder) => join(folder, EVIL.filename))
        .filter((path) => existsSync(path))
        .map((path) => `written: ${path}`),
  })),
};

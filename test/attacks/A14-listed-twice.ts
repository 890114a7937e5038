// SPDX-License-Identifier: Apache-2.0
import { refused, type Attack } from './attack.ts';
import { EVIL, GOOD } from './stage.ts';

export const A14: Attack = {
  id: 'A14',
  title: 'one file name is listed twice with two hashes',
  forms: (['json', 'html'] as const).map((form) => ({
    name: form,
    mount: ({ world }) => {
      world.publish(EVIL);
      world.project('good').forms = [form];
    },
    expect: refused('E-BYTES', 'WP-LISTING-CONFLICT', { says: () => [GOOD.filename] }),
    plain: { pip: form === 'html' ? 'installs' : 'refuses', uv: 'refuses' },
    defence: 'verification',
    // Our pages are JSON where pip takes that; then pip itself compares.
    fallsFor: form === 'html' ? ['uv'] : ['pip', 'uv'],
  })),
  twins: [
    {
      name: 'listed twice with one hash',
      mount: ({ world }) => void world.publish(GOOD),
    },
  ],
};

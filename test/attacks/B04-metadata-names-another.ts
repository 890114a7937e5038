// SPDX-License-Identifier: Apache-2.0
import { makeWheel } from '../world/wheel.ts';
import { BOTH_REFUSE, refused, type Attack } from './attack.ts';

const LIES = { 'another name': { name: 'other' }, 'another version': { version: '0.1' } };

export const B04: Attack = {
  id: 'B04',
  title: 'METADATA names another project or version than the file name',
  forms: Object.entries(LIES).map(([name, metadata]) => ({
    name,
    mount: (stage) =>
      void stage.listOnly(makeWheel({ name: 'good', version: '1.0', word: 'EVIL', metadata }), {
        sidecar: false,
      }),
    expect: refused('E-ARCHIVE', 'WP-ARCHIVE-IDENTITY', {
      says: () => ['good', Object.values(metadata)[0] ?? ''],
    }),
    plain: BOTH_REFUSE,
    defence: 'contents',
  })),
  twins: [
    {
      name: 'another spelling of the same name',
      mount: (stage) =>
        void stage.listOnly(
          makeWheel({ name: 'good', version: '1.0', metadata: { name: 'GOOD' } }),
        ),
    },
  ],
};

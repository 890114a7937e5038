// SPDX-License-Identifier: Apache-2.0
import { makeSdist } from '../world/wheel.ts';
import { BOTH_REFUSE, refused, type Attack } from './attack.ts';

const LIES = { 'another name': { name: 'other' }, 'another version': { version: '9' } };

export const B24: Attack = {
  id: 'B24',
  title: 'PKG-INFO names another project or version than the file name',
  forms: Object.entries(LIES).map(([name, metadata]) => ({
    name,
    mount: (stage) =>
      void stage.listOnly(makeSdist({ name: 'good', version: '1.0', word: 'EVIL', metadata }), {
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
          makeSdist({ name: 'good', version: '1.0', metadata: { name: 'Good' } }),
          { sidecar: false },
        ),
    },
  ],
};

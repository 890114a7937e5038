// SPDX-License-Identifier: Apache-2.0
import { makeWheel } from '../world/wheel.ts';
import { BOTH_REFUSE, refused, type Attack } from './attack.ts';

const OTHER = 'Metadata-Version: 2.1\nName: other\nVersion: 1.0\n';

const SHAPES = {
  'a second one': makeWheel({
    name: 'good',
    version: '1.0',
    word: 'EVIL',
    files: { 'other-1.0.dist-info/METADATA': OTHER },
  }),
  'only that of another project': makeWheel({
    name: 'good',
    version: '1.0',
    word: 'EVIL',
    bend: (entries) =>
      entries.map((entry) => ({
        ...entry,
        name: entry.name.replace('good-1.0.dist-info', 'other-1.0.dist-info'),
      })),
  }),
};

export const B05: Attack = {
  id: 'B05',
  title: 'two .dist-info folders, or that of another project',
  forms: Object.entries(SHAPES).map(([name, wheel]) => ({
    name,
    mount: (stage) => void stage.listOnly(wheel, { sidecar: false }),
    expect: refused('E-ARCHIVE', ['WP-ARCHIVE-MALFORMED', 'WP-ARCHIVE-IDENTITY'], {
      says: () => ['good', '.dist-info'],
    }),
    plain: BOTH_REFUSE,
    defence: 'contents',
  })),
  twins: [
    {
      name: 'a package whose name ends alike',
      mount: (stage) => {
        const files = { 'good/other-1.0.dist-info/METADATA': OTHER };
        stage.listOnly(makeWheel({ name: 'good', version: '1.0', files }));
      },
    },
  ],
};

// SPDX-License-Identifier: Apache-2.0
import { makeWheel } from '../world/wheel.ts';
import { refused, type Attack } from './attack.ts';
import { runGuarded } from './door.ts';
import { DEP, EVILDEP, listWithSidecar, metadataRequiring } from './lying-sidecar.ts';
import { GOOD } from './stage.ts';

const ITS_OWN_FORM = 'it goes on otherwise, in the other form';

export const B01: Attack = {
  id: 'B01',
  title: 'the metadata beside the wheel adds a dependency',
  forms: [
    {
      name: 'with the right hash',
      notBy: { poetry: ITS_OWN_FORM, pdm: ITS_OWN_FORM },
      mount: (stage) => {
        stage.world.publish(EVILDEP);
        listWithSidecar(stage, GOOD, metadataRequiring(['evildep']));
      },
      expect: refused('E-SOURCE', 'WP-SIDECAR-DIFFERS', { says: () => [GOOD.filename] }),
      plain: { pip: 'refuses', uv: 'installs' },
      defence: 'contents',
    },
    {
      name: 'with the right hash, where each file is installed as it comes',
      installers: ['poetry', 'pdm'],
      notBy: { pipenv: ITS_OWN_FORM },
      mount: (stage) => {
        stage.world.publish(EVILDEP);
        listWithSidecar(stage, GOOD, metadataRequiring(['evildep']));
      },
      // They say nothing and ask for the wheel, whose own metadata they then follow.
      expect: refused('E-SOURCE', 'WP-SIDECAR-DIFFERS', { steeredTo: GOOD.version }),
      plain: null,
      defence: 'contents',
      witness: async (stage) =>
        (await stage.installedVersions()).some((name) => name.startsWith('evildep'))
          ? ['what the false metadata requires is installed']
          : [],
      run: (_stage, knock) => runGuarded(knock),
    },
  ],
  twins: [
    {
      name: 'the wheel wants it too',
      mount: (stage) => {
        stage.world.publish(DEP);
        stage.listOnly(makeWheel({ name: 'good', version: '1.0', requires: ['dep'] }));
      },
    },
    {
      name: 'no metadata beside the wheel at all',
      mount: (stage) => {
        stage.world.publish(DEP);
        const wheel = makeWheel({ name: 'good', version: '1.0', requires: ['dep'] });
        stage.listOnly(wheel, { sidecar: false });
      },
    },
  ],
};

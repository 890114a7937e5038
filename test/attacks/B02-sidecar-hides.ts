// SPDX-License-Identifier: Apache-2.0
import { makeWheel } from '../world/wheel.ts';
import { refused, type Attack } from './attack.ts';
import { runGuarded } from './door.ts';
import { DEP, listWithSidecar, metadataRequiring } from './lying-sidecar.ts';

const WANTING = makeWheel({ name: 'good', version: '1.0', requires: ['dep'] });

const ITS_OWN_FORM = 'it goes on otherwise, in the other form';

export const B02: Attack = {
  id: 'B02',
  title: 'the metadata beside the wheel hides a dependency',
  forms: [
    {
      name: 'with the right hash',
      notBy: { poetry: ITS_OWN_FORM, pdm: ITS_OWN_FORM },
      mount: (stage) => {
        stage.world.publish(DEP);
        listWithSidecar(stage, WANTING, metadataRequiring([]));
      },
      expect: refused('E-SOURCE', 'WP-SIDECAR-DIFFERS', { says: () => [WANTING.filename] }),
      plain: { pip: 'refuses', uv: 'installs' },
      defence: 'contents',
    },
    {
      name: 'with the right hash, where each file is installed as it comes',
      installers: ['poetry', 'pdm'],
      notBy: { pipenv: ITS_OWN_FORM },
      mount: (stage) => {
        stage.world.publish(DEP);
        listWithSidecar(stage, WANTING, metadataRequiring([]));
      },
      // They say nothing and ask for the wheel, whose own metadata they then follow.
      expect: refused('E-SOURCE', 'WP-SIDECAR-DIFFERS', { steeredTo: WANTING.version }),
      plain: null,
      defence: 'contents',
      witness: async (stage) =>
        (await stage.installedVersions()).some((name) => name.startsWith('dep-'))
          ? []
          : ['what the wheel requires is not installed'],
      run: (_stage, knock) => runGuarded(knock),
    },
  ],
  twins: [
    {
      name: 'a dependency that is not meant here',
      mount: (stage) => {
        // Whoever locks for every platform takes it along all the same.
        stage.world.publish(DEP);
        const requires = ['dep; sys_platform == "nowhere"'];
        stage.listOnly(makeWheel({ name: 'good', version: '1.0', requires }));
      },
    },
  ],
};

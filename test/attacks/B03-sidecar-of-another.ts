// SPDX-License-Identifier: Apache-2.0
import { FILES, INDEX } from '../world/world.ts';
import { PASSED, refused, type Attack, type Witness } from './attack.ts';
import { runGuarded } from './door.ts';
import { EVILDEP, listWithSidecar, metadataRequiring, putSidecar } from './lying-sidecar.ts';
import { GOOD } from './stage.ts';

const LIE = metadataRequiring(['evildep']);
const LISTED = `/packages/${GOOD.filename}.metadata`;

const ITS_OWN_FORM = 'it goes on otherwise, in the other form';

/** They end where the metadata is refused. */
const ATONCE = { notBy: { poetry: ITS_OWN_FORM, pdm: ITS_OWN_FORM } } as const;
/** These say nothing and ask for the wheel, which is whole and verified. */
const LOOKING_INSIDE = {
  installers: ['poetry', 'pdm'],
  notBy: { pipenv: ITS_OWN_FORM },
} as const;
const NOT_HERE = { because: 'as in the form of its name' } as const;

/** What it says was never asked for, let alone followed. */
const unheard: Witness = async (stage) => [
  ...(stage.world.host(FILES).seen.some(({ path }) => path === LISTED) ? ['it was asked for'] : []),
  ...(stage.world.host(INDEX).seen.some(({ path }) => path.includes('evildep'))
    ? ['it was followed']
    : []),
  ...(stage.installedWord() === 'GOOD' ? [] : [`installed: ${stage.installedWord()}`]),
];

export const B03: Attack = {
  id: 'B03',
  title: 'the metadata beside the wheel is not what the page says, or of another release',
  forms: [
    {
      name: 'not of its hash',
      ...ATONCE,
      mount: (stage) => {
        stage.world.publish(EVILDEP);
        putSidecar(stage, GOOD, LIE);
      },
      expect: refused('E-BYTES', 'WP-SIDECAR-HASH', { says: () => [GOOD.filename] }),
      plain: { pip: 'refuses', uv: 'refuses' },
      defence: 'sidecars',
    },
    {
      name: 'without a hash',
      mount: (stage) => {
        stage.world.publish(EVILDEP);
        stage.listOnly(GOOD, { raw: { 'core-metadata': true } });
        putSidecar(stage, GOOD, LIE);
      },
      expect: PASSED,
      plain: { pip: 'refuses', uv: 'installs' },
      defence: 'sidecars',
      witness: unheard,
    },
    {
      name: 'of another version',
      ...ATONCE,
      mount: (stage) => listWithSidecar(stage, GOOD, metadataRequiring([], '2.0')),
      expect: refused('E-BYTES', 'WP-SIDECAR-DIFFERS', {
        neighbours: ['E-SOURCE'],
        says: () => [GOOD.filename, '2.0'],
      }),
      plain: { pip: 'refuses', uv: 'installs' },
      defence: 'sidecars',
    },
    {
      name: 'not of its hash, where the wheel is looked into instead',
      ...LOOKING_INSIDE,
      mount: (stage) => {
        stage.world.publish(EVILDEP);
        putSidecar(stage, GOOD, LIE);
      },
      expect: refused('E-BYTES', 'WP-SIDECAR-HASH', { steeredTo: GOOD.version }),
      plain: null,
      defence: NOT_HERE,
      run: (_stage, knock) => runGuarded(knock),
    },
    {
      name: 'of another version, where the wheel is looked into instead',
      ...LOOKING_INSIDE,
      mount: (stage) => listWithSidecar(stage, GOOD, metadataRequiring([], '2.0')),
      expect: refused('E-BYTES', 'WP-SIDECAR-DIFFERS', {
        neighbours: ['E-SOURCE'],
        steeredTo: GOOD.version,
      }),
      plain: null,
      defence: NOT_HERE,
      run: (_stage, knock) => runGuarded(knock),
    },
  ],
  twins: [
    {
      name: 'without a hash, and true',
      mount: (stage) => void stage.listOnly(GOOD, { raw: { 'core-metadata': true } }),
    },
  ],
};

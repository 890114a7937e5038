// SPDX-License-Identifier: Apache-2.0
import { makeWheel } from '../world/wheel.ts';
import { BOTH_INSTALL, PASSED, type Attack, type Form } from './attack.ts';
import {
  inOrder,
  isPrivateAlone,
  OF_PROJECTS,
  ORDERS,
  owned,
  PUBLIC,
  uploadTo,
  type Order,
} from './two-indexes.ts';

const form = (version: string, order: Order, words: readonly string[] = ['good']): Form => ({
  name: `${version}; ${order.name}`,
  ...inOrder(order, words),
  mount: (stage) => uploadTo(stage, PUBLIC, makeWheel({ name: 'good', version, word: 'EVIL' })),
  policy: owned('good'),
  expect: PASSED,
  plain: BOTH_INSTALL,
  defence: 'ownership',
  // Poetry asks a supplemental source for nothing that the primary one has.
  fallsFor: order.isFooled ? ['pip', 'uv', 'pipenv', 'pdm'] : [],
  witness: isPrivateAlone,
});

const PRE = { pip: '--pre', uv: '--prerelease=allow' } as const;
/** pip in its first order, and uv told to take the best of all indexes. */
const MERGING = ORDERS.filter(({ name }) =>
  ['the private one is the extra', 'unsafe-best-match, the private one is the extra'].includes(
    name,
  ),
);

export const E06: Attack = {
  id: 'E06',
  title: 'a public index adds a release to a private project',
  forms: [
    ...MERGING.flatMap((order) => [
      form('1.0.post1', order),
      form('1.0+x', order),
      form('2.0rc1', order, [order.installers.includes('pip') ? PRE.pip : PRE.uv, 'good']),
    ]),
    form('1.0.post1', OF_PROJECTS),
    form('1.0+x', OF_PROJECTS),
    form('2.0rc1', OF_PROJECTS, ['good>=1.0.dev0']),
  ],
};

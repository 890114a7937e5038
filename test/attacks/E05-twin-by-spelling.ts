// SPDX-License-Identifier: Apache-2.0
import { makeWheel } from '../world/wheel.ts';
import { BOTH_INSTALL, PASSED, type Attack, type Form, type Witness } from './attack.ts';
import {
  A_PLAIN_ORDER,
  inOrder,
  isUnheardOf,
  OF_PIPENV,
  owned,
  PUBLIC,
  uploadTo,
  type Order,
} from './two-indexes.ts';

const PRIVATE_CORE = makeWheel({ name: 'acme_core', version: '1.0' });
const PUBLIC_CORE = makeWheel({ name: 'Acme.Core', version: '99.0', word: 'EVIL' });

const isOurs: Witness = async (stage) => {
  const versions = await stage.installedVersions();
  const ours = versions.includes('acme_core-1.0');
  return [
    ...(ours ? [] : [`installed: ${versions.join(', ') || 'nothing'}`]),
    ...(await isUnheardOf('acme-core')(stage)),
  ];
};

const SPELLINGS = [
  ['acme_core', 'Acme.Core'],
  ['Acme-*', 'acme.core'],
  ['ACME.*', 'acme_core'],
  ['acme-core', 'ACME--core'],
] as const;

const OTHER_ORDER = {
  poetry: 'in the other order',
  pdm: 'in the other order',
};

const formIn = (order: Order, [glob, asked]: (typeof SPELLINGS)[number]): Form => ({
  ...inOrder(order, [asked]),
  ...(order === OF_PIPENV ? { notBy: OTHER_ORDER } : {}),
  name: `${glob} is owned, ${asked} is asked for; ${order.name}`,
  mount: (stage) => {
    stage.world.publish(PRIVATE_CORE);
    uploadTo(stage, PUBLIC, PUBLIC_CORE);
  },
  policy: owned(glob),
  expect: PASSED,
  plain: BOTH_INSTALL,
  defence: 'ownership',
  // uv asks the extra index first, which is the private one here.
  fallsFor: ['pip'],
  witness: isOurs,
});

export const E05: Attack = {
  id: 'E05',
  title: 'the public twin of a private name is spelled otherwise',
  forms: [A_PLAIN_ORDER, OF_PIPENV].flatMap((order) =>
    SPELLINGS.map((spelling) => formIn(order, spelling)),
  ),
  twins: [
    {
      name: 'a longer name is another one',
      ...inOrder(A_PLAIN_ORDER, ['acmecore']),
      mount: (stage) => uploadTo(stage, PUBLIC, makeWheel({ name: 'acmecore', version: '1.0' })),
      policy: owned('acme-*'),
    },
  ],
};

// SPDX-License-Identifier: Apache-2.0
import { BOTH_INSTALL, PASSED, type Attack } from './attack.ts';
import {
  A_PLAIN_ORDER,
  HIGHER,
  inOrder,
  isPrivateAlone,
  ORDERS,
  owned,
  PUBLIC,
  uploadTo,
} from './two-indexes.ts';

export const E01: Attack = {
  id: 'E01',
  title: 'a public index has a higher version of a private name',
  forms: ORDERS.map((order) => ({
    name: order.name,
    ...inOrder(order),
    mount: (stage) => uploadTo(stage, PUBLIC, HIGHER),
    policy: owned('go*'),
    ...(order.isFooled ? {} : { fallsFor: [] }),
    expect: PASSED,
    plain: BOTH_INSTALL,
    defence: 'ownership',
    witness: isPrivateAlone,
  })),
  twins: [
    {
      name: 'a name that nobody owns comes from the public index',
      ...inOrder(A_PLAIN_ORDER),
      mount: (stage) => uploadTo(stage, PUBLIC, HIGHER),
      policy: owned('acme-*'),
    },
  ],
};

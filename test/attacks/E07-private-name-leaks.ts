// SPDX-License-Identifier: Apache-2.0
import { makeWheel } from '../world/wheel.ts';
import { BOTH_INSTALL, PASSED, type Attack } from './attack.ts';
import { inOrder, isPrivateAlone, ORDERS, owned, PUBLIC, uploadTo } from './two-indexes.ts';

const APP = makeWheel({ name: 'app', version: '1.0', requires: ['good>=1'] });

export const E07: Attack = {
  id: 'E07',
  title: 'a public index learns the names of private dependencies',
  forms: ORDERS.map((order) => ({
    name: order.name,
    ...inOrder(order, ['app']),
    notBy: { ...inOrder(order).notBy, pipenv: 'it asks its first index alone, which has no app' },
    mount: (stage) => uploadTo(stage, PUBLIC, APP),
    policy: owned('go*'),
    expect: PASSED,
    plain: BOTH_INSTALL,
    defence: 'ownership',
    // Where uv finds the name on the first index, it asks no other.
    ...(order.installers.includes('uv') &&
    order.first === 'public' &&
    !order.words.includes('unsafe-best-match')
      ? { fallsFor: [] }
      : {}),
    witness: isPrivateAlone,
  })),
};

// SPDX-License-Identifier: Apache-2.0
import { send } from '../world/host.ts';
import { makeWheel } from '../world/wheel.ts';
import { refused, type Attack, type Form, type Refused } from './attack.ts';
import { GOOD_PAGE, SECRET, type Stage } from './stage.ts';
import {
  HIGHER,
  A_PLAIN_ORDER,
  inOrder,
  isPrivateAlone,
  isUnheardOf,
  ORDERS,
  owned,
  PRIVATE,
  PUBLIC,
  publicIndex,
  uploadTo,
  type Order,
} from './two-indexes.ts';

const isDown = refused('E-UPSTREAM', 'WP-UPSTREAM-STATUS', { says: () => [GOOD_PAGE] });

interface Failing extends Partial<Form> {
  readonly name: string;
  readonly fail: (stage: Stage) => unknown;
  readonly expect: Refused;
}

const answering = (status: number, headers: Record<string, string> = {}): Failing => ({
  name: `answers ${status}`,
  fail: ({ world }) =>
    world
      .host(PRIVATE)
      .hooks.set(GOOD_PAGE, (request, response) =>
        send(request, response, status, headers, 'not now'),
      ),
  expect: isDown,
});

const FAILURES: readonly Failing[] = [
  answering(500),
  answering(503),
  answering(401, { 'www-authenticate': 'Basic realm="index"' }),
  answering(403),
  {
    name: 'never answers',
    fail: ({ world }) => world.host(PRIVATE).hooks.set(GOOD_PAGE, () => undefined),
    expect: refused('E-LIMIT', 'WP-LIMIT-TIME', { says: () => [PRIVATE] }),
    wiring: 'impatient',
    defence: { because: 'both wait for longer than anybody wants to watch' },
  },
  {
    name: 'is somebody else',
    fail: ({ world }) =>
      world.showCertificate(PRIVATE, world.authority.leaf({ names: [PRIVATE], selfSigned: true })),
    expect: refused('E-SOURCE', 'WP-TLS', { says: () => [PRIVATE] }),
  },
];

/** Without a rule, the name is blocked once the private index was asked and gave no answer. */
const ASKING_PRIVATE = ORDERS.filter(
  ({ installers, first, words }) =>
    installers.includes('pip') ||
    installers.includes('poetry') ||
    first === 'public' ||
    words.includes('unsafe-best-match'),
);
/** For each installer, the order in which it is plainly fooled. */
const FOOLED = [ORDERS.find(isPips), ORDERS.find((order) => !isPips(order))].filter(
  (order) => order !== undefined,
);
const FOOLED_ASKING = [true, false].flatMap((pips) =>
  ASKING_PRIVATE.filter((order) => isPips(order) === pips).slice(
    pips ? 0 : -1,
    pips ? 1 : undefined,
  ),
);

function isPips({ installers }: Order): boolean {
  return installers.includes('pip');
}

function formOf(failing: Failing, order: Order, more: Partial<Form> = {}): Form {
  const { name, fail, ...rest } = failing;
  return {
    ...inOrder(order),
    plain: null,
    defence: 'undecided pages',
    variables: () => ({ PIP_NO_INPUT: '1' }),
    ...rest,
    ...more,
    name: `${name}; ${order.name}${more.name ?? ''}`,
    mount: (stage) => {
      uploadTo(stage, PUBLIC, HIGHER);
      fail(stage);
    },
  };
}

const IS_OWNED: Partial<Form> = {
  name: '; owned',
  policy: owned('good'),
  witness: isUnheardOf('good'),
  defence: 'ownership and undecided pages',
};

export const E02: Attack = {
  id: 'E02',
  title: 'the private index fails, and a public one has the name',
  forms: FAILURES.flatMap((failing, place) => [
    ...FOOLED.map((order) => formOf(failing, order, IS_OWNED)),
    ...(place === 0 ? ASKING_PRIVATE : FOOLED_ASKING).map((order) => formOf(failing, order)),
  ]),
  twins: [
    {
      name: 'the private index does not have the name, and nobody owns it',
      ...inOrder(A_PLAIN_ORDER, ['other']),
      mount: (stage) => uploadTo(stage, PUBLIC, makeWheel({ name: 'other', version: '1.0' })),
    },
    {
      name: 'the private index says 403 for what it does not have, and the policy says so',
      ...inOrder(A_PLAIN_ORDER, ['other']),
      mount: (stage) => {
        uploadTo(stage, PUBLIC, makeWheel({ name: 'other', version: '1.0' }));
        stage.world
          .host(PRIVATE)
          .hooks.set('/simple/other/', (request, response) =>
            send(request, response, 403, {}, 'no'),
          );
      },
      policy: ({ world }) => `[[index]]\nurl = "${world.index}"\nabsent-status = [403]\n`,
    },
    {
      name: 'the private index wants a password, and gets it',
      notBy: { pipenv: 'it asks its first index alone, unless a package names another' },
      mount: (stage) => {
        uploadTo(stage, PUBLIC, HIGHER);
        stage.world.host(PRIVATE).credentials = `user:${SECRET}`;
      },
      index: (stage) => publicIndex(stage),
      ask: ({ world }) => [
        '--extra-index-url',
        world.index.replace('https://', `https://user:${SECRET}@`),
        'good',
      ],
      policy: owned('good'),
      witness: isPrivateAlone,
    },
  ],
};

// SPDX-License-Identifier: Apache-2.0
import { redirect } from '../world/host.ts';
import { FILES, INDEX, type TlsPort } from '../world/world.ts';
import { refused, type Attack, type Form, type Witness } from './attack.ts';
import { GOOD, GOOD_PAGE, GOOD_PATH, type Stage } from './stage.ts';

/** What must not be asked: a service of this machine that would even have the file. */
const services = new WeakMap<Stage, TlsPort>();

async function openService(stage: Stage): Promise<string> {
  const { certPem, keyPem } = stage.world.authority.leaf({ names: ['127.0.0.1', '::1'] });
  const service = await stage.world.openTls({ cert: certPem, key: keyPem });
  services.set(stage, service);
  stage.world.host('127.0.0.1').files.set(GOOD_PATH, GOOD.bytes);
  return `https://127.0.0.1:${service.port}`;
}

const nobodyCame: Witness = (stage) => {
  const { world } = stage;
  const came = services.get(stage)?.connections() ?? 0;
  const reached = world.reached.filter(({ host }) => !host.endsWith('.test'));
  return [
    ...(came === 0 ? [] : [`${came} connections to the service inside`]),
    ...reached.map(({ host }) => `the proxy was asked for ${host}`),
  ];
};

/** The same check as for loopback, where it is shown. */
const ELSEWHERE = { defence: { because: 'nothing of the test can answer there' } };

const form = (
  name: string,
  lead: (stage: Stage, service: string) => unknown,
  more: Partial<Form> = {},
): Form => ({
  name,
  mount: async (stage) => lead(stage, await openService(stage)),
  expect: refused('E-SOURCE', 'WP-INSIDE-ADDRESS'),
  plain: null,
  defence: 'verification',
  witness: nobodyCame,
  ...more,
});

const link = (stage: Stage, href: string): unknown =>
  stage.listOnly(GOOD, { href: `${href}${GOOD_PATH}`, sidecar: false });

export const D13: Attack = {
  id: 'D13',
  title: 'a page of the outside leads inside',
  forms: [
    form('a link to loopback', link, { defence: 'verification' }),
    form('a link to loopback with a sidecar', (stage, service) =>
      stage.listOnly(GOOD, { href: `${service}${GOOD_PATH}` }),
    ),
    form(
      'a link to loopback, written as IPv6',
      (stage, service) => link(stage, service.replace('127.0.0.1', '[::ffff:127.0.0.1]')),
      ELSEWHERE,
    ),
    form(
      'a link to [::1]',
      (stage, service) => link(stage, service.replace('127.0.0.1', '[::1]')),
      ELSEWHERE,
    ),
    form('a link to localhost', (stage, service) =>
      link(stage, service.replace('127.0.0.1', 'localhost')),
    ),
    form('a link to 10/8', (stage) => link(stage, 'https://10.0.0.1'), ELSEWHERE),
    form(
      'a link to the metadata service',
      (stage) => link(stage, 'https://169.254.169.254'),
      ELSEWHERE,
    ),
    form('the name of a socket', (stage) => link(stage, 'http+unix://%2Fvar%2Frun%2Fdocker.sock'), {
      expect: refused('E-SOURCE', 'WP-SCHEME'),
      ...ELSEWHERE,
    }),
    form(
      'a redirect of the file',
      ({ world }, service) =>
        world.host(FILES).hooks.set(GOOD_PATH, redirect(`${service}${GOOD_PATH}`)),
      { defence: 'verification' },
    ),
    form('a redirect of the page', ({ world }, service) => {
      world.host(INDEX).hooks.set(GOOD_PAGE, redirect(`${service}${GOOD_PAGE}`));
    }),
  ],
  twins: [
    {
      name: 'a host inside that the policy names',
      mount: async (stage) => link(stage, await openService(stage)),
      policy: 'allow-inside = ["127.0.0.1"]\n',
    },
    {
      name: 'an index inside, with its files beside it',
      mount: async (stage) => {
        const service = await openService(stage);
        stage.world.host('127.0.0.1').projects.set('good', stage.world.project('good'));
        link(stage, service);
      },
      index: (stage) => `https://127.0.0.1:${services.get(stage)?.port ?? 0}/simple/`,
    },
  ],
};

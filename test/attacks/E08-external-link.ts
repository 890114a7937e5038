// SPDX-License-Identifier: Apache-2.0
import { FILES, INDEX } from '../world/world.ts';
import { makeWheel } from '../world/wheel.ts';
import { AN_HONEST_INSTALL, BOTH_INSTALL, refused, type Attack, type Form } from './attack.ts';
import { GOOD, GOOD_PATH, type Stage } from './stage.ts';

const OTHER = 'files.other.test';

/** The page of `good` lists a newer release, on a host that the index never used. */
const NEWER = makeWheel({ name: 'good', version: '2.0', word: 'EVIL' });

function linkOutside({ world }: Stage): void {
  const path = `/packages/${NEWER.filename}`;
  world.publish(NEWER, { href: `${world.origin(OTHER)}${path}` });
  world.host(OTHER).files.set(path, NEWER.bytes);
  world.host(OTHER).files.set(`${path}.metadata`, NEWER.metadata);
}

/** The line that admits it is whole: what is known, and the new host. */
const says = ({ world }: Stage): readonly string[] => {
  const host = new URL(world.origin(OTHER)).host;
  return [host, `[[index]] with url = "${world.index}"`, `"${host}"]`];
};

const nobodyCame: Form['witness'] = ({ world }) =>
  world.host(OTHER).seen.map(({ path }) => `${OTHER} was asked for ${path}`);

const allowed = (hosts: readonly string[]): string => `allow-hosts = ${JSON.stringify(hosts)}\n`;

const foreign = (more: Pick<Form, 'name'> & Partial<Form>): Form => ({
  mount: linkOutside,
  expect: refused('E-SOURCE', 'WP-HOST-NOT-ALLOWED', { says, steeredTo: '1.0' }),
  plain: BOTH_INSTALL,
  defence: 'file hosts',
  witness: nobodyCame,
  ...more,
});

export const E08: Attack = {
  id: 'E08',
  title: 'a page links to a host that is not the index’s',
  forms: [
    foreign({ name: 'in the second run', after: AN_HONEST_INSTALL }),
    foreign({
      name: 'off the allow list',
      policy: allowed([FILES]),
      expect: refused('E-SOURCE', 'WP-HOST-NOT-ALLOWED', {
        says: ({ world }) => [new URL(world.origin(OTHER)).host, 'wheelproof.toml'],
        steeredTo: '1.0',
      }),
    }),
    foreign({
      name: 'the only file there is',
      after: AN_HONEST_INSTALL,
      ask: () => ['good==2.0'],
      expect: refused('E-SOURCE', 'WP-HOST-NOT-ALLOWED', { says }),
      stop: (stage) => {
        stage.honest();
        stage.world.publish(makeWheel({ name: 'good', version: '2.0' }));
      },
    }),
  ],
  twins: [
    {
      name: 'two projects on two hosts, in the first run',
      mount: (stage) => {
        const other = makeWheel({ name: 'other', version: '1.0' });
        const path = `/packages/${other.filename}`;
        stage.world.publish(other, { href: `${stage.world.origin(OTHER)}${path}` });
        stage.world.host(OTHER).files.set(path, other.bytes);
        stage.world.host(OTHER).files.set(`${path}.metadata`, other.metadata);
      },
      ask: () => ['good', 'other'],
      witness: ({ world }, { report }) => {
        const { host } = new URL(world.origin(OTHER));
        const isTold = report?.notes.some(
          (note) => note.includes(host) && note.includes('learned'),
        );
        return isTold === true ? [] : [`no note names ${host}`];
      },
    },
    {
      name: 'a host on the allow list',
      after: AN_HONEST_INSTALL,
      mount: ({ world }) => {
        world.project('good').files = [];
        world.publish(GOOD, { href: `${world.origin(OTHER)}${GOOD_PATH}` });
        world.host(OTHER).files.set(GOOD_PATH, GOOD.bytes);
        world.host(OTHER).files.set(`${GOOD_PATH}.metadata`, GOOD.metadata);
      },
      policy: allowed([FILES, OTHER]),
    },
    {
      name: 'files beside the index',
      after: AN_HONEST_INSTALL,
      mount: ({ world }) => {
        world.project('good').files = [];
        world.publish(GOOD, { href: `${world.origin(INDEX)}${GOOD_PATH}` });
        world.host(INDEX).files.set(GOOD_PATH, GOOD.bytes);
        world.host(INDEX).files.set(`${GOOD_PATH}.metadata`, GOOD.metadata);
      },
    },
  ],
};

// SPDX-License-Identifier: Apache-2.0
import { redirect } from '../world/host.ts';
import { EVIL as EVIL_HOST, FILES, INDEX, type World } from '../world/world.ts';
import { PASSED, type Attack, type Form, type Witness } from './attack.ts';
import { GOOD, GOOD_PATH, SECRET, type Stage } from './stage.ts';

const withPassword = ({ world }: Stage): string =>
  world.index.replace('https://', `https://user:${SECRET}@`);

/** The index wants the password; nobody else may ever see it. */
const onlyTheIndexSawIt: Witness = ({ world, installedWord }) => {
  const faults = [FILES, EVIL_HOST]
    .flatMap((name) => world.host(name).seen)
    .filter(({ headers }) =>
      headers.some((text) => text.includes('Basic ') || text.includes(SECRET)),
    )
    .map(({ host, path }) => `${host} was told the password for ${path}`);
  const index = world.host(INDEX).seen.some(({ authorization }) => authorization !== null);
  if (!index) faults.push('the index itself was never told the password');
  if (installedWord() !== 'GOOD') faults.push('not installed');
  return faults;
};

const NOT_OURS = {
  because: 'pip and uv tell it to nobody else by themselves: only a redirect that we follow could',
};

const form = (
  name: string,
  lead: (world: World, stage: Stage) => void,
  defence: Form['defence'] = NOT_OURS,
): Form => ({
  name,
  mount: (stage) => {
    stage.world.host(INDEX).credentials = `user:${SECRET}`;
    lead(stage.world, stage);
  },
  index: withPassword,
  expect: PASSED,
  plain: null,
  defence,
  witness: onlyTheIndexSawIt,
});

export const D15: Attack = {
  id: 'D15',
  title: 'the index password goes nowhere else',
  forms: [
    form('a file on another host', () => undefined),
    form('a redirect to another host', (world) => {
      world.host(EVIL_HOST).files.set(GOOD_PATH, GOOD.bytes);
      world.host(FILES).hooks.set(GOOD_PATH, redirect(`${world.origin(EVIL_HOST)}${GOOD_PATH}`));
    }),
    form(
      'a redirect from the index to another host',
      (world, stage) => {
        stage.listOnly(GOOD, { href: `${world.origin(INDEX)}${GOOD_PATH}`, sidecar: false });
        world.host(FILES).files.set(GOOD_PATH, GOOD.bytes);
        world.host(INDEX).hooks.set(GOOD_PATH, redirect(`${world.origin(FILES)}${GOOD_PATH}`));
      },
      'upstream',
    ),
    form('a file on another port', (world, stage) => {
      stage.listOnly(GOOD, { href: `${world.otherOrigin(FILES)}${GOOD_PATH}`, sidecar: false });
    }),
  ],
};

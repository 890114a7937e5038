// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { EVIL as EVIL_HOST } from '../world/world.ts';
import type { InstallerName } from '../world/installer-versions.ts';
import { BOTH_INSTALL, refused, type Attack, type Form, type Witness } from './attack.ts';
import { runGuarded } from './door.ts';
import { installWords, openEvilIndex, writeBelow, writeEvilIndex } from './evil-index.ts';
import { EVIL, type Stage } from './stage.ts';

/** A place where an installer looks for the address of its index. */
interface Level {
  readonly name: string;
  readonly installer: InstallerName;
  /** @returns where it stands, as it is to be named, and the variables that lead there. */
  readonly set: (
    stage: Stage,
    index: string,
  ) => Promise<{ readonly where: string; readonly variables?: Readonly<Record<string, string>> }>;
}

const pipFile = (index: string): string => `[global]\nindex-url = ${index}\n`;
const uvFile = (index: string): string => `[[index]]\nurl = "${index}"\ndefault = true\n`;

const LEVELS: readonly Level[] = [
  {
    name: 'pip.conf of the system',
    installer: 'pip',
    set: async ({ environment: { root } }, index) => {
      const folder = join(root, 'etc-xdg');
      const file = await writeBelow(folder, 'pip/pip.conf', pipFile(index));
      return { where: `${file}:2`, variables: { XDG_CONFIG_DIRS: folder } };
    },
  },
  {
    name: 'pip.conf of the user',
    installer: 'pip',
    set: async ({ environment: { home } }, index) => ({
      where: `${await writeBelow(home, '.config/pip/pip.conf', pipFile(index))}:2`,
    }),
  },
  {
    name: 'pip.conf of the user, in the old place',
    installer: 'pip',
    set: async ({ environment: { home } }, index) => ({
      where: `${await writeBelow(home, '.pip/pip.conf', pipFile(index))}:2`,
    }),
  },
  {
    name: 'pip.conf of the environment',
    installer: 'pip',
    set: async ({ environment: { target } }, index) => ({
      where: `${await writeBelow(target, 'pip.conf', pipFile(index))}:2`,
    }),
  },
  {
    name: 'PIP_CONFIG_FILE',
    installer: 'pip',
    set: async ({ environment: { root } }, index) => {
      const file = await writeBelow(root, 'planted.conf', pipFile(index));
      return { where: `${file}:2`, variables: { PIP_CONFIG_FILE: file } };
    },
  },
  ...['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL'].map((name) => variable('pip', name)),
  {
    name: 'uv.toml of the system',
    installer: 'uv',
    set: async ({ environment: { root } }, index) => {
      const folder = join(root, 'etc-xdg');
      const file = await writeBelow(folder, 'uv/uv.toml', uvFile(index));
      return { where: `${file}:1`, variables: { XDG_CONFIG_DIRS: folder } };
    },
  },
  {
    name: 'uv.toml of the user',
    installer: 'uv',
    set: async ({ environment: { home } }, index) => ({
      where: `${await writeBelow(home, '.config/uv/uv.toml', uvFile(index))}:1`,
    }),
  },
  {
    name: 'UV_CONFIG_FILE',
    installer: 'uv',
    set: async ({ environment: { root } }, index) => {
      const file = await writeBelow(root, 'planted.toml', uvFile(index));
      return { where: `${file}:1`, variables: { UV_CONFIG_FILE: file } };
    },
  },
  ...['UV_INDEX', 'UV_DEFAULT_INDEX', 'UV_INDEX_URL', 'UV_EXTRA_INDEX_URL'].map((name) =>
    variable('uv', name),
  ),
];

function variable(installer: InstallerName, name: string): Level {
  return {
    name,
    installer,
    set: (_stage, index) => Promise.resolve({ where: name, variables: { [name]: index } }),
  };
}

/** To an index on this machine's disk, which no gate sees. */
function toDisk({ name, installer, set }: Level): Form {
  const places = new WeakMap<Stage, string>();
  return {
    name: `${name} names a folder`,
    installers: [installer],
    mount: async (stage) => {
      const state = await set(stage, await writeEvilIndex(stage));
      places.set(stage, state.where);
      stage.environment.setVariables(state.variables ?? {});
    },
    words: (stage) => installWords(stage),
    expect: refused('E-BYPASS', 'WP-BYPASS-CONFIG', { says: (stage) => [places.get(stage) ?? ''] }),
    plain: BOTH_INSTALL,
    defence: 'settings',
    lasting: true,
    // A second try would renew the environment, and with it the file in it.
    run: (_stage, knock) => runGuarded(knock),
  };
}

/** To the attacker's server: it is judged like every other. */
function toAttacker({ name, installer, set }: Level): Form {
  return {
    name: `${name} names another index`,
    installers: [installer],
    mount: async (stage) => {
      const state = await set(stage, openEvilIndex(stage));
      stage.environment.setVariables(state.variables ?? {});
    },
    words: (stage) => installWords(stage),
    own: ['--strict', '--jail', 'off'],
    expect: refused('E-MISSING', 'WP-FIRST-USE', { says: () => [EVIL.filename, EVIL_HOST] }),
    plain: BOTH_INSTALL,
    defence: 'settings',
    lasting: true,
    run: (_stage, knock) => runGuarded(knock),
  };
}

/** A level of files and one of variables for each: the others are read by the same code. */
const TWINS: ReadonlySet<string> = new Set([
  'PIP_CONFIG_FILE',
  'PIP_EXTRA_INDEX_URL',
  'UV_CONFIG_FILE',
  'UV_INDEX',
]);

const isTold: Witness = ({ environment }, { stderr }) => {
  const name = environment.installer === 'pip' ? 'PIP_NO_INDEX' : 'UV_OFFLINE';
  return stderr.includes(`${name} was taken out`) ? [] : [`${name} is not named`];
};

export const K01: Attack = {
  id: 'K01',
  title: 'variables and configuration files lead elsewhere',
  forms: [...LEVELS.map(toDisk), ...LEVELS.map(toAttacker)],
  twins: [
    ...LEVELS.filter(({ name }) => TWINS.has(name)).map(({ name, installer, set }) => ({
      name: `${name} names the usual index`,
      installers: [installer],
      mount: async (stage: Stage) => {
        const state = await set(stage, stage.world.index);
        stage.environment.setVariables({
          ...(installer === 'pip' ? { PIP_INDEX_URL: stage.world.index } : {}),
          ...state.variables,
        });
      },
      words: (stage: Stage) => installWords(stage),
    })),
    {
      name: 'a variable keeps it from the index',
      mount: () => undefined,
      variables: () => ({ PIP_NO_INDEX: '1', UV_OFFLINE: '1' }),
      witness: isTold,
    },
  ],
};

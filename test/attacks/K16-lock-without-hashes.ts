// SPDX-License-Identifier: Apache-2.0
import { INSTALLERS, type ProjectTool } from '../world/installer-versions.ts';
import { BOTH_INSTALL, BOTH_REFUSE, refused, type Attack, type Form } from './attack.ts';
import { LOCK_TEXTS } from './lock-texts.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';

async function lock(stage: Stage, hashes: string): Promise<void> {
  const url = `${stage.packages}${GOOD.filename}`;
  await stage.write(
    'pylock.toml',
    `lock-version = "1.0"
created-by = "test"
[[packages]]
name = "good"
version = "1.0"
index = "${stage.world.index}"
wheels = [{ name = "${GOOD.filename}", url = "${url}", hashes = ${hashes} }]
`,
  );
}

/** Which lock it is makes no difference to the installer: one is asked for the others. */
const ONE_IS_ENOUGH = { installers: ['uv'] } as const;

const ofProject = (stage: Stage, name: string, hash: string): Promise<string> =>
  stage.write(name, LOCK_TEXTS[name]?.(GOOD, `${stage.packages}${GOOD.filename}`, hash) ?? '');

/** The project's own lock, of whichever tool: pip and uv pip look at none of them. */
function projectLock(name: string): Form {
  return {
    ...(name === 'poetry.lock' ? { installers: INSTALLERS } : ONE_IS_ENOUGH),
    name: `${name} of the project`,
    mount: async (stage) => {
      stage.listOnly(EVIL);
      await ofProject(stage, name, '');
    },
    expect: refused('E-MISSING', 'WP-LOCK-NO-HASH', { says: () => [name] }),
    plain: BOTH_INSTALL,
    defence: 'settings',
    stop: async (stage) => {
      stage.honest();
      await ofProject(stage, name, GOOD.sha256);
    },
  };
}

/** The lock of the tool that is run: before it starts, whatever else is wrong with it. */
function toolLock(installer: ProjectTool, name: string, words: readonly string[]): Form {
  return {
    installers: [installer],
    name: `${name}, by ${installer} itself`,
    mount: async (stage) => {
      stage.listOnly(EVIL);
      stage.install(['good']); // writes the project
      await ofProject(stage, name, '');
    },
    words: () => words,
    expect: refused('E-MISSING', 'WP-LOCK-NO-HASH', { says: () => [name] }),
    plain: null,
    defence: 'settings',
    lasting: true,
  };
}

export const K16: Attack = {
  id: 'K16',
  title: 'a lock file stripped of its hashes',
  forms: [
    toolLock('poetry', 'poetry.lock', ['poetry', 'sync', '--no-root', '--no-interaction']),
    toolLock('pipenv', 'Pipfile.lock', ['pipenv', 'sync']),
    toolLock('pdm', 'pdm.lock', ['pdm', 'sync', '--no-self']),
    {
      name: 'pylock.toml',
      newestOf: 'pip', // older ones take the file for a list of requirements
      mount: async (stage) => {
        stage.listOnly(EVIL);
        await lock(stage, '{}');
      },
      ask: () => ['-r', 'pylock.toml'],
      expect: refused('E-MISSING', 'WP-LOCK-NO-HASH', { says: () => ['pylock.toml'] }),
      plain: { ...BOTH_REFUSE, uv: 'installs' },
      defence: 'settings',
      stop: async (stage) => {
        stage.honest();
        await lock(stage, `{ sha256 = "${GOOD.sha256}" }`);
      },
    },
    ...Object.keys(LOCK_TEXTS).map(projectLock),
  ],
  twins: [
    ...Object.keys(LOCK_TEXTS).map((name) => ({
      ...ONE_IS_ENOUGH,
      name: `${name} of the project with its hashes`,
      mount: (stage: Stage) => ofProject(stage, name, GOOD.sha256),
    })),
    {
      name: 'with its hashes',
      newestOf: 'pip',
      mount: (stage) => lock(stage, `{ sha256 = "${GOOD.sha256}" }`),
      ask: () => ['-r', 'pylock.toml'],
    },
  ],
};

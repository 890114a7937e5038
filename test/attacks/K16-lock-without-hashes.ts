// SPDX-License-Identifier: Apache-2.0
import { PROJECT_TOOLS } from '../world/installer-versions.ts';
import { BOTH_INSTALL, BOTH_REFUSE, everyTool, refused, type Attack, type Form } from './attack.ts';
import { LOCK_TEXTS } from './lock-texts.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';
import {
  lockedByTool,
  ownLock,
  syncing,
  TOOL_LOCKS,
  withoutHashes,
  type ToolLock,
} from './tool-locks.ts';

async function writePylock(stage: Stage, hashes: string): Promise<void> {
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

/** Which lock it is makes no difference to pip and uv: one is asked for the others. */
const ONE_IS_ENOUGH = { installers: ['uv', ...PROJECT_TOOLS] } as const;

const ofProject = (stage: Stage, name: string, hash: string): Promise<string> =>
  stage.write(name, LOCK_TEXTS[name]?.(GOOD, `${stage.packages}${GOOD.filename}`, hash) ?? '');

/** The project's own lock, of whichever tool: pip and uv pip look at none of them. */
function projectLock(name: string): Form {
  return {
    ...(name === 'poetry.lock' ? {} : ONE_IS_ENOUGH),
    notBy: ownLock(name),
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

/** The lock of the tool that is run, as that wrote it, without its hashes. */
function toolLock(lock: ToolLock): Form {
  return {
    ...syncing(lock),
    name: `${lock.name}, by ${lock.tool} itself`,
    mount: async (stage) => {
      await lockedByTool(stage, lock, withoutHashes);
      stage.listOnly(EVIL);
    },
    expect: refused('E-MISSING', 'WP-LOCK-NO-HASH', { says: () => [lock.name] }),
    // PDM stumbles over a pylock.toml without hashes.
    plain: {
      [lock.tool]: lock.tool === 'pdm' && lock.name === 'pylock.toml' ? 'refuses' : 'installs',
    },
    defence: 'settings',
    stop: async (stage) => {
      stage.honest();
      await lockedByTool(stage, lock);
    },
  };
}

const BY_THEMSELVES = { notBy: everyTool('its own lock is in the form of that name') } as const;

export const K16: Attack = {
  id: 'K16',
  title: 'a lock file stripped of its hashes',
  forms: [
    {
      name: 'pylock.toml',
      newestOf: 'pip', // older ones take the file for a list of requirements
      ...BY_THEMSELVES,
      mount: async (stage) => {
        stage.listOnly(EVIL);
        await writePylock(stage, '{}');
      },
      ask: () => ['-r', 'pylock.toml'],
      expect: refused('E-MISSING', 'WP-LOCK-NO-HASH', { says: () => ['pylock.toml'] }),
      plain: { ...BOTH_REFUSE, uv: 'installs' },
      defence: 'settings',
      stop: async (stage) => {
        stage.honest();
        await writePylock(stage, `{ sha256 = "${GOOD.sha256}" }`);
      },
    },
    ...Object.keys(LOCK_TEXTS).map(projectLock),
    ...TOOL_LOCKS.map(toolLock),
  ],
  twins: [
    ...TOOL_LOCKS.map((lock) => ({
      ...syncing(lock),
      name: `${lock.name} as ${lock.tool} wrote it`,
      mount: (stage: Stage) => lockedByTool(stage, lock),
    })),
    ...Object.keys(LOCK_TEXTS).map((name) => ({
      ...ONE_IS_ENOUGH,
      notBy: ownLock(name),
      name: `${name} of the project with its hashes`,
      mount: (stage: Stage) => ofProject(stage, name, GOOD.sha256),
    })),
    {
      name: 'with its hashes',
      newestOf: 'pip',
      ...BY_THEMSELVES,
      mount: (stage) => writePylock(stage, `{ sha256 = "${GOOD.sha256}" }`),
      ask: () => ['-r', 'pylock.toml'],
    },
  ],
};

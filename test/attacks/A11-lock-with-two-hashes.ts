// SPDX-License-Identifier: Apache-2.0
import { PROJECT_TOOLS } from '../world/installer-versions.ts';
import { digest } from '../world/wheel.ts';
import { BOTH_INSTALL, everyTool, refused, type Attack, type Form } from './attack.ts';
import { LOCK_TEXTS } from './lock-texts.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';
import { lockedByTool, ownLock, syncing, TOOL_LOCKS, type ToolLock } from './tool-locks.ts';

async function writePylock(stage: Stage, md5: string, sha256: string): Promise<void> {
  const url = `${stage.packages}${GOOD.filename}`;
  const hashes = `{ md5 = "${md5}", sha256 = "${sha256}" }`;
  await stage.write(
    'pylock.toml',
    `lock-version = "1.0"
created-by = "test"
[[packages]]
name = "good"
version = "1.0"
index = "${stage.world.index}"
wheels = [{ name = "${GOOD.filename}", url = "${url}", size = ${GOOD.bytes.length}, hashes = ${hashes} }]
`,
  );
}

/** Which lock it is makes no difference to pip and uv: one is asked for the others. */
const ONE_IS_ENOUGH = { installers: ['uv', ...PROJECT_TOOLS] } as const;

const pinned = (stage: Stage, name: string, hash: string): Promise<string> =>
  stage.write(name, LOCK_TEXTS[name]?.(GOOD, `${stage.packages}${GOOD.filename}`, hash) ?? '');

/** What a tool's own lock pins holds, whatever the index lists since. */
function ofTool(lock: ToolLock): Form {
  return {
    ...syncing(lock),
    name: `other bytes than ${lock.name} pins, by ${lock.tool} itself`,
    mount: async (stage) => {
      await lockedByTool(stage, lock);
      stage.listOnly(EVIL);
    },
    expect: refused('E-BYTES', ['WP-PIN-MISMATCH'], { says: () => [GOOD.filename, lock.name] }),
    plain: { poetry: 'refuses', pipenv: 'refuses', pdm: 'refuses' },
    defence: 'pins',
  };
}

/** What the project's own lock pins, of whichever tool, counts for every installer. */
function beside(name: string): Form {
  return {
    ...(name === 'poetry.lock' ? {} : ONE_IS_ENOUGH),
    notBy: ownLock(name),
    name: `other bytes than ${name} of the project pins`,
    mount: async (stage) => {
      stage.listOnly(EVIL);
      await pinned(stage, name, GOOD.sha256);
    },
    expect: refused('E-BYTES', ['WP-PIN-MISMATCH'], { says: () => [GOOD.filename, name] }),
    plain: BOTH_INSTALL,
    defence: 'pins',
  };
}

export const A11: Attack = {
  id: 'A11',
  title: 'a lock file with the md5 of the evil file and the sha256 of the good one',
  forms: [
    {
      name: 'pylock.toml',
      newestOf: 'pip',
      notBy: everyTool('its own lock is in the form of that name'),
      mount: async (stage) => {
        stage.listOnly(EVIL);
        await writePylock(stage, digest('md5', EVIL.bytes), GOOD.sha256);
      },
      ask: () => ['-r', 'pylock.toml'],
      expect: refused('E-BYTES', ['WP-PIN-MISMATCH', 'WP-PINS-DISAGREE', 'WP-HASH-MISMATCH'], {
        says: () => [GOOD.filename],
      }),
      plain: BOTH_INSTALL,
      defence: 'pins',
      stop: async (stage) => {
        stage.honest();
        await writePylock(stage, digest('md5', GOOD.bytes), GOOD.sha256);
      },
    },
    {
      name: 'requirements.txt',
      mount: async (stage) => {
        stage.listOnly(EVIL);
        await stage.write('requirements.txt', `good==1.0 --hash=sha256:${GOOD.sha256}\n`);
      },
      ask: () => ['-r', 'requirements.txt'],
      expect: refused('E-BYTES', ['WP-PIN-MISMATCH'], { says: () => [GOOD.filename] }),
      plain: { pip: 'refuses', uv: 'refuses' },
      defence: 'pins',
    },
    ...Object.keys(LOCK_TEXTS).map(beside),
    ...TOOL_LOCKS.map(ofTool),
    {
      ...ONE_IS_ENOUGH,
      notBy: {
        poetry: 'one of the two would be its own, which it writes anew',
        pdm: 'one of the two would be its own, which it writes anew',
      },
      name: 'two lock files of the project against each other',
      mount: async (stage) => {
        stage.listOnly(EVIL);
        await pinned(stage, 'poetry.lock', GOOD.sha256);
        await pinned(stage, 'pdm.lock', EVIL.sha256);
      },
      expect: refused('E-BYTES', ['WP-PINS-DISAGREE'], { says: () => ['poetry.lock', 'pdm.lock'] }),
      plain: BOTH_INSTALL,
      defence: 'settings',
      stop: async (stage) => {
        stage.honest();
        await pinned(stage, 'pdm.lock', GOOD.sha256);
      },
    },
  ],
  twins: [
    {
      name: 'both hashes of the good file',
      newestOf: 'pip',
      notBy: everyTool('its own lock is in the form of that name'),
      mount: (stage) => writePylock(stage, digest('md5', GOOD.bytes), GOOD.sha256),
      ask: () => ['-r', 'pylock.toml'],
    },
  ],
};

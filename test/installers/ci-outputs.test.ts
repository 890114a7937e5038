// SPDX-License-Identifier: Apache-2.0
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { HOLD_LIMIT_BYTES } from '../../src/core/limits.ts';
import { openGround } from '../faults/ground.ts';
import { provisionWith } from '../world/installer-templates.ts';
import { INSTALLERS } from '../world/installer-versions.ts';

provisionWith(inject('callersEnvironment'));

const WRONG = 'ab'.repeat(32);

interface Event {
  readonly event: string;
  readonly project?: string;
  readonly verdict?: string;
  readonly exit?: number;
}

test.each(INSTALLERS)('%s: a refusal is shown at its line, in every form', async (installer) => {
  await using ground = await openGround(installer);
  const good = ground.publish({ name: 'good', version: '1.0' });
  ground.publish({ name: 'evil', version: '2.0' });
  const { directory } = ground.environment;
  const requirements = `good==1.0 --hash=sha256:${good.sha256}\n\nevil==2.0 --hash=sha256:${WRONG}\n`;
  await writeFile(join(directory, 'requirements.txt'), requirements);
  await writeFile(join(directory, 'summary.md'), '# of another step\n');
  const own = ['--github', '--sarif', 'o.sarif', '--summary', 'summary.md', '--events', 'events'];
  const ended = await ground.install(['-r', 'requirements.txt'], { own });
  expect(ended.exit, ended.stderr).toBe(10);

  const read = async (name: string) => await readFile(join(directory, name), 'utf8');
  const start = { artifactLocation: { uri: 'requirements.txt' }, region: { startLine: 3 } };
  expect(JSON.parse(await read('o.sarif'))).toMatchObject({
    runs: [
      {
        results: [{ ruleId: 'WP-PIN-MISMATCH', locations: [{ physicalLocation: start }] }],
      },
    ],
  });
  expect(await read('summary.md')).toMatch(
    /^# of another step\n\n## wheelproof: [\s\S]*\*\*WP-PIN-MISMATCH\*\*[\s\S]*`requirements.txt:3`/u,
  );
  expect(ended.stderr).toMatch(/^::error file=requirements\.txt,line=3,title=WP-PIN-MISMATCH/mu);
  const events = (await read('events'))
    .trimEnd()
    .split('\n')
    .map((line): Event => JSON.parse(line));
  expect(events[0]).toMatchObject({ event: 'start', installer: { name: installer } });
  expect(events.at(-1)).toMatchObject({ event: 'end', exit: 10 });
  const files = events.filter(({ event }) => event === 'file');
  expect(files.filter(({ project }) => project === 'evil').at(-1)).toMatchObject({
    verdict: 'refused',
  });
});

test('events come while the installer runs, also of a file that goes out while it comes', async () => {
  await using ground = await openGround('pip');
  const large = 'x'.repeat(33 * 1024 * 1024);
  const file = ground.publish({
    name: 'large',
    version: '1.0',
    files: { 'large/data.txt': large },
  });
  expect(file.bytes.length).toBeGreaterThan(HOLD_LIMIT_BYTES);
  const { stdout, exit, stderr } = await ground.download(['large'], { own: ['--events', '-'] });
  expect(exit, stderr).toBe(0);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line): Event => JSON.parse(line));
  const names = events.map(({ event }) => event).filter((name) => name !== 'note');
  expect(names).toEqual(['start', 'file', 'end']);
});

test('nothing that comes from outside is a command in what we print', async () => {
  await using ground = await openGround('pip');
  const { directory } = ground.environment;
  const good = ground.publish({ name: 'good', version: '1.0' });
  const evil = '##vso[task.setvariable variable=PATH]x';
  await writeFile(
    join(directory, 'bad.txt'),
    `good==1.0 --hash=sha256:${evil.replaceAll(' ', '.')}\n`,
  );
  const bad = await ground.install(['-r', 'bad.txt']);
  expect(bad.exit).toBe(64);
  expect(bad.stderr).toContain(String.raw`##vso\u{5b}task`);
  const file = `::set-env name=PATH::x ${evil}.txt`;
  await writeFile(join(directory, file), `good==1.0 --hash=sha256:${'ab'.repeat(32)}\n`);
  const own = ['--report', '-', '--summary', 'summary.md'];
  const refused = await ground.install(['-r', file], { own });
  expect(refused.exit).toBe(10);
  const summary = await readFile(join(directory, 'summary.md'), 'utf8');
  expect(good.sha256).toHaveLength(64);
  for (const text of [bad.stderr, refused.stderr, refused.stdout, summary]) {
    const ours = text
      .split('\n')
      .filter((line) => !/^(?:ERROR|WARNING|Looking|Collecting)/u.test(line));
    expect(ours.filter((line) => /^\s*::|##\w*\[/u.test(line))).toEqual([]);
  }
});

test('a lock file that cannot be read is shown where it is wrong, though nothing was started', async () => {
  await using ground = await openGround('pip');
  const { directory } = ground.environment;
  await writeFile(join(directory, 'requirements.txt'), 'good==1.0\ngood --hash=sha256:zz\n');
  const own = ['--sarif', 'o.sarif'];
  const ended = await ground.install(['-r', 'requirements.txt'], { own });
  expect(ended.exit).toBe(64);
  const log: unknown = JSON.parse(await readFile(join(directory, 'o.sarif'), 'utf8'));
  expect(log).toMatchObject({
    runs: [
      {
        results: [
          {
            ruleId: 'WP-LOCKFILE-INVALID',
            locations: [{ physicalLocation: { region: { startLine: 2 } } }],
          },
        ],
      },
    ],
  });
});

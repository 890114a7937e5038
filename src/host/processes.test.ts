// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runChild } from './processes.ts';
import { scratch } from './scratch.test-support.ts';

const call = (script: string, ...argv: readonly string[]) => ({
  program: process.execPath,
  argv: ['-e', script, ...argv],
  environment: { WORD: 'said' },
  directory: '/',
  stdio: 'capture' as const,
});

it('hands back what the child said and how it ended', async () => {
  const script =
    'console.log(process.env.WORD, process.cwd(), process.argv.slice(1).join()); console.error("e"); process.exit(3)';
  const child = await runChild(call(script, 'a b', '--c'));
  expect(await child.done).toStrictEqual({
    code: 3,
    signal: null,
    stdout: 'said / a b,--c\n',
    stderr: 'e\n',
  });
});

it('gives the child nothing but the environment named', async () => {
  const child = await runChild(call('console.log(Object.keys(process.env).join())'));
  expect((await child.done).stdout).toBe('WORD\n');
});

it('refuses a program that cannot be started', async () => {
  const program = join(await scratch(), 'none');
  await expect(runChild({ ...call(''), program })).rejects.toMatchObject({
    code: 'WP-INSTALLER-NOT-FOUND',
  });
  expect(process.listenerCount('SIGTERM')).toBe(0);
});

it('tells the signal that ended the child, and listens no longer', async () => {
  const before = process.listenerCount('SIGTERM');
  const child = await runChild(call('setInterval(() => {}, 1000)'));
  expect(process.listenerCount('SIGTERM')).toBe(before + 1);
  child.kill('SIGTERM');
  expect(await child.done).toMatchObject({ code: null, signal: 'SIGTERM' });
  expect(process.listenerCount('SIGTERM')).toBe(before);
});

/** A process that runs a child which says which signals it got. */
const PARENT = `
  import { runChild } from ${JSON.stringify(join(import.meta.dirname, 'processes.ts'))};
  const script = "for (const s of ['SIGINT','SIGTERM','SIGHUP','SIGQUIT']) process.on(s, () => { console.log(s); process.exit(5) }); console.log('ready'); setInterval(() => {}, 1000)";
  const child = await runChild({ program: process.execPath, argv: ['-e', script], environment: {}, directory: '/' }, process.argv[1] === 'terminal');
  if (process.argv[1] === 'die') process.stdin.once('data', () => process.exit(9));
  const end = await child.done;
  process.exit(end.code ?? 1);
`;

async function parent(mode: string) {
  const started = spawn(process.execPath, ['--input-type=module', '-e', PARENT, mode], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  started.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await once(started.stdout, 'data');
  const closed = once(started, 'close').then(([code]: unknown[]) => ({ code, said }));
  return { started, closed };
}

it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)('passes %s on', async (signal) => {
  const { started, closed } = await parent('plain');
  started.kill(signal);
  expect(await closed).toStrictEqual({ code: 5, said: `ready\n${signal}\n` });
});

it('does not double what a terminal has sent to the child already', async () => {
  const { started, closed } = await parent('terminal');
  started.kill('SIGINT');
  started.kill('SIGTERM');
  expect(await closed).toStrictEqual({ code: 5, said: 'ready\nSIGTERM\n' });
});

it('ends the child when we end first', async () => {
  const { started, closed } = await parent('die');
  started.stdin.write('now');
  expect(await closed).toStrictEqual({ code: 9, said: 'ready\nSIGTERM\n' });
});

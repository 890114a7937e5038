// SPDX-License-Identifier: Apache-2.0
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeProgram } from '../attacks/program.ts';
import type { Response } from '../world/exchange.ts';
import { runProgram, type Ended } from '../world/programs.ts';
import { makeWheel } from '../world/wheel.ts';
import { FILES } from '../world/world.ts';
import { openBench, type Bench } from './bench.ts';

/** Runs a command on a terminal of 100 columns and passes on all that comes to lie there. */
const ON_TERMINAL = `
import fcntl, os, pty, struct, sys, termios
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 100, 0, 0))
    os.execv(sys.argv[1], sys.argv[1:])
while True:
    try:
        text = os.read(terminal, 65536)
    except OSError:
        break
    if not text:
        break
    os.write(1, text)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`;

const SLOW = makeWheel({ name: 'slow', version: '1.0', files: { 'slow/x.txt': 'x'.repeat(9e5) } });
const LINE = /wheelproof: slow-1\.0-py3-none-any\.whl  [\d.]+\/[\d.]+ MB/u;

interface Wish {
  readonly before?: readonly string[];
  /** On the output so far: whether the rest of the file may come. */
  readonly enough?: (text: string) => boolean;
  /** Milliseconds after which the rest comes anyhow. */
  readonly latest?: number;
  readonly own?: readonly string[];
}

/** Half of a file comes at once, the rest when enough was seen. */
async function install(
  bench: Bench,
  { before = [], enough = () => false, latest, own = [] }: Wish,
): Promise<Ended> {
  const { world, environment } = bench;
  world.publish(SLOW);
  let held: Response | null = null;
  const release = (): void => {
    held?.end(SLOW.bytes.subarray(half));
    held = null;
  };
  const half = Math.floor(SLOW.bytes.length / 2);
  world.host(FILES).hooks.set(`/packages/${SLOW.filename}`, (_request, response) => {
    response.writeHead(200, { 'content-length': SLOW.bytes.length });
    response.write(SLOW.bytes.subarray(0, half));
    held = response;
    if (latest !== undefined) setTimeout(release, latest).unref();
  });
  const { main } = await makeProgram();
  const words = ['pip', 'install', '-i', world.index, 'slow'];
  const line = [...before, process.execPath, '--disable-warning=ExperimentalWarning', main];
  let text = '';
  return await runProgram([...line, ...own, ...words], {
    environment: { ...environment.variables, TERM: 'xterm' },
    directory: environment.directory,
    watch: (child) => {
      const see = (more: Buffer): void => {
        text += more.toString();
        if (enough(text)) release();
      };
      child.stdout?.on('data', see);
      child.stderr?.on('data', see);
    },
  });
}

describe('a held file that takes its time', () => {
  const terminalOf = ({ environment }: Bench): readonly string[] => [
    join(environment.target, 'bin/python'),
    '-c',
    ON_TERMINAL,
  ];

  test('is shown on the terminal while pip waits, and erased before pip goes on', async () => {
    await using bench = await openBench('pip');
    const ended = await install(bench, {
      before: terminalOf(bench),
      enough: (text) => LINE.test(text),
    });
    expect(ended.exit, ended.stdout).toBe(0);
    const drawn = ended.stdout.search(LINE);
    const erased = ended.stdout.lastIndexOf('\u{1b}7\u{1b}D\r\u{1b}[2K\u{1b}8');
    const goesOn = ended.stdout.search(/Downloading slow-1\.0-py3-none-any\.whl \(/u);
    expect(drawn).toBeGreaterThan(0);
    expect(erased).toBeGreaterThan(drawn);
    expect(goesOn, JSON.stringify(ended.stdout)).toBeGreaterThan(erased);
    // Nothing of it after.
    expect(ended.stdout.slice(erased)).not.toContain('wheelproof: slow');
  });

  test('is not shown where nobody looks, or where quiet was asked for', async () => {
    await using bench = await openBench('pip');
    const piped = await install(bench, { latest: 3_000 });
    expect(piped.exit, piped.stderr).toBe(0);
    expect(piped.stdout + piped.stderr).not.toContain('wheelproof: slow');
    expect(piped.stdout + piped.stderr).not.toContain('\u{1b}');
    await bench.environment.renewTarget();
    await rm(bench.environment.home, { recursive: true });
    await mkdir(bench.environment.home, { mode: 0o700 });
    const quiet = await install(bench, { before: terminalOf(bench), own: ['-q'], latest: 3_000 });
    expect(quiet.exit, quiet.stdout).toBe(0);
    expect(quiet.stdout).toContain('Downloading');
    expect(quiet.stdout).not.toContain('wheelproof: slow');
  });
});

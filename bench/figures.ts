// SPDX-License-Identifier: Apache-2.0
// `npm run figures`: the start-up time beside a bare Node's, a lock file's verification, and the memory that a large file takes. FIGURES=lock: that one alone.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureLock } from './lock-figure.ts';
import { makeLargeWheel } from './large-wheel.ts';
import { serveLargeWheel } from './large-wheel-server.ts';
import { residentKiB } from './resident.ts';
import { measureSignatures, signatureLines } from './signatures.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const launcher = path.join(root, 'wheelproof');
const RUNS = 25;

function millisecondsOf(program: string, argv: readonly string[]): number {
  const start = performance.now();
  const { status } = spawnSync(program, argv, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')} ended with ${status}`);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function measureStart(): void {
  const bare: number[] = [];
  const ours: number[] = [];
  millisecondsOf(launcher, ['--version']);
  for (let run = 0; run < RUNS; run++) {
    bare.push(millisecondsOf(process.execPath, ['-e', '0']));
    ours.push(millisecondsOf(launcher, ['--version']));
  }
  const ratio = median(ours.map((ms, at) => ms / (bare[at] ?? NaN)));
  console.log(
    `start: wheelproof --version ${median(ours).toFixed(1)} ms, node -e 0 ${median(bare).toFixed(1)} ms, ratio ${ratio.toFixed(2)} (bound 1.5)`,
  );
}

/** Runs the real pip on it; @returns the peak resident MiB of the gate's own process. */
async function measureLargeFile(gibibytes: number): Promise<void> {
  const wheel = makeLargeWheel(gibibytes * 1024);
  using server = await serveLargeWheel(wheel);
  const home = mkdtempSync(path.join(tmpdir(), 'wheelproof-figures-'));
  const start = performance.now();
  const child = spawn(
    launcher,
    [
      '-q',
      'python3',
      '-m',
      'pip',
      'download',
      '-q',
      '--no-deps',
      '-d',
      path.join(home, 'out'),
      '-i',
      server.index,
      'big==1.0',
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home },
    },
  );
  let peak = 0;
  const sampler = setInterval(() => {
    peak = Math.max(peak, residentKiB(child.pid ?? 0).peak);
  }, 100);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(sampler);
  rmSync(home, { recursive: true, force: true });
  const seconds = (performance.now() - start) / 1000;
  if (code !== 0) throw new Error(`the large file did not pass: exit ${String(code)}`);
  console.log(
    `large file: ${(wheel.size / 1024 ** 3).toFixed(2)} GiB passed in ${seconds.toFixed(0)} s, peak resident ${(peak / 1024).toFixed(0)} MiB (bound 256)`,
  );
}

async function measureSigned(): Promise<void> {
  for (const line of signatureLines(await measureSignatures())) console.log(line);
}

const only = process.env['FIGURES'];
if (only !== 'lock') measureStart();
await measureLock(launcher);
if (only !== 'lock') await measureSigned();
if (only !== 'lock') await measureLargeFile(Number(process.env['FIGURES_GIB'] ?? 5));

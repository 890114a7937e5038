// SPDX-License-Identifier: Apache-2.0
// `npm run figures`: the start-up time beside a bare Node's, and the memory that a large file takes.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeLargeWheel, type LargeWheel } from './large-wheel.ts';

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

function serve(wheel: LargeWheel): Promise<ReturnType<typeof createServer>> {
  const page = JSON.stringify({
    meta: { 'api-version': '1.1' },
    name: 'big',
    versions: ['1.0'],
    files: [
      {
        filename: wheel.filename,
        url: `/files/${wheel.filename}`,
        hashes: { sha256: wheel.sha256 },
        size: wheel.size,
      },
    ],
  });
  const server = createServer((request, response) => {
    if (request.url === '/simple/big/') {
      response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
      response.end(page);
      return;
    }
    if (request.url !== `/files/${wheel.filename}`) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-length', wheel.size);
    const chunks = wheel.chunks();
    const pump = (): void => {
      for (let next = chunks.next(); next.done !== true; next = chunks.next()) {
        if (!response.write(next.value)) return;
      }
      response.end();
    };
    response.on('drain', pump);
    pump();
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** Runs the real pip on it; @returns the peak resident MiB of the gate's own process. */
async function measureLargeFile(gibibytes: number): Promise<void> {
  const wheel = makeLargeWheel(gibibytes * 1024);
  const server = await serve(wheel);
  const home = mkdtempSync(path.join(tmpdir(), 'wheelproof-figures-'));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
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
      `http://127.0.0.1:${port}/simple/`,
      'big==1.0',
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home },
    },
  );
  let peak = 0;
  const sampler = setInterval(() => {
    peak = Math.max(peak, peakResidentKiB(child.pid ?? 0));
  }, 100);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(sampler);
  server.close();
  rmSync(home, { recursive: true, force: true });
  const seconds = (performance.now() - start) / 1000;
  if (code !== 0) throw new Error(`the large file did not pass: exit ${String(code)}`);
  console.log(
    `large file: ${(wheel.size / 1024 ** 3).toFixed(2)} GiB passed in ${seconds.toFixed(0)} s, peak resident ${(peak / 1024).toFixed(0)} MiB (bound 256)`,
  );
}

function peakResidentKiB(pid: number): number {
  try {
    return Number(
      /^VmHWM:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0,
    );
  } catch {
    return 0; // it has just ended
  }
}

measureStart();
await measureLargeFile(Number(process.env['FIGURES_GIB'] ?? 5));

// SPDX-License-Identifier: Apache-2.0
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { makeLargeWheel, type LargeWheel } from '../../bench/large-wheel.ts';
import type { Fault, Played } from './fault.ts';
import type { Ground } from './ground.ts';
import { judgeEnd } from './invariants.ts';

const BOUND_MIB = 256;
/** `FAULTS_GIB=5` is the catalogue's figure; it takes minutes. */
const GIBIBYTES = Number(process.env['FAULTS_GIB'] ?? 1);

/** A wheel far larger than the memory, through a gate whose heap is small. */
async function passLargeWheel(ground: Ground): Promise<Played> {
  const wheel = makeLargeWheel(GIBIBYTES * 1024);
  const server = serve(wheel);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  let peak = 0;
  let sampler: NodeJS.Timeout | undefined;
  const run = await ground.download(['big==1.0', '--no-deps'], {
    index: `http://127.0.0.1:${port}/simple/`,
    nodeOptions: ['--max-old-space-size=192'],
    patience: 900_000,
    watch: (child) => {
      sampler = setInterval(() => (peak = Math.max(peak, peakKiB(child.pid))), 100);
    },
  });
  clearInterval(sampler);
  server.close();
  const faults = judgeEnd(run, [0]);
  if (run.got.get(wheel.filename) !== wheel.sha256) faults.push('the wheel did not land whole');
  const mebibytes = Math.round(peak / 1024);
  if (mebibytes > BOUND_MIB) faults.push(`${mebibytes} MiB resident`);
  const seconds = (run.milliseconds / 1000).toFixed(0);
  const figure = `${GIBIBYTES} GiB in ${seconds} s, peak ${mebibytes} MiB (bound ${BOUND_MIB})`;
  return { faults, figure };
}

function serve(wheel: LargeWheel) {
  const path = `/files/${wheel.filename}`;
  const page = JSON.stringify({
    meta: { 'api-version': '1.1' },
    name: 'big',
    versions: ['1.0'],
    files: [
      { filename: wheel.filename, url: path, hashes: { sha256: wheel.sha256 }, size: wheel.size },
    ],
  });
  return createServer((request, response) => {
    if (request.url === '/simple/big/') {
      response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
      response.end(page);
      return;
    }
    if (request.url !== path) {
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
}

function peakKiB(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1] ?? 0);
  } catch {
    return 0; // it has just ended
  }
}

export const R07: Fault = {
  id: 'R07',
  title: 'little memory',
  forms: [{ name: `a wheel of ${GIBIBYTES} GiB`, play: passLargeWheel }],
};

// SPDX-License-Identifier: Apache-2.0
import { makeLargeWheel } from '../../bench/large-wheel.ts';
import { serveLargeWheel } from '../../bench/large-wheel-server.ts';
import { residentKiB } from '../../bench/resident.ts';
import type { Fault, Played } from './fault.ts';
import type { Ground } from './ground.ts';
import { judgeEnd } from './invariants.ts';

const BOUND_MIB = 256;
/** `FAULTS_GIB=5` is the catalogue's figure; it takes minutes. */
const GIBIBYTES = Number(process.env['FAULTS_GIB'] ?? 1);

/** A wheel far larger than the memory, through a gate whose heap is small. */
async function passLargeWheel(ground: Ground): Promise<Played> {
  const wheel = makeLargeWheel(GIBIBYTES * 1024);
  using server = await serveLargeWheel(wheel);
  let peak = 0;
  let sampler: NodeJS.Timeout | undefined;
  const run = await ground.download(['big==1.0', '--no-deps'], {
    index: server.index,
    nodeOptions: ['--max-old-space-size=192'],
    patience: 900_000,
    watch: (child) => {
      sampler = setInterval(() => (peak = Math.max(peak, residentKiB(child.pid ?? 0).peak)), 100);
    },
  });
  clearInterval(sampler);
  const faults = judgeEnd(run, [0]);
  if (run.got.get(wheel.filename) !== wheel.sha256) faults.push('the wheel did not land whole');
  const mebibytes = Math.round(peak / 1024);
  if (mebibytes > BOUND_MIB) faults.push(`${mebibytes} MiB resident`);
  const seconds = (run.milliseconds / 1000).toFixed(0);
  const figure = `${GIBIBYTES} GiB in ${seconds} s, peak ${mebibytes} MiB (bound ${BOUND_MIB})`;
  return { faults, figure };
}

export const R07: Fault = {
  id: 'R07',
  title: 'little memory',
  forms: [{ name: `a wheel of ${GIBIBYTES} GiB`, play: passLargeWheel }],
};

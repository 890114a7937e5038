// SPDX-License-Identifier: Apache-2.0
import { FILES } from '../world/world.ts';
import type { Fault, Played } from './fault.ts';
import { openGateHall } from './gate-hall.ts';
import type { Ground } from './ground.ts';
import { judgeEnd, judgeHandedOut, judgeNextRun, judgeStore } from './invariants.ts';

const OWN_STATE = 21;
const UNREACHABLE = 20;
const PROJECTS = 40;
const REQUESTS = 10_000;
/** With the installer's own patience: pip asks five times. */
const BOUND_MS = 45_000;
const ACCEPT = 'application/vnd.pypi.simple.v1+json';

function publishMany(ground: Ground) {
  const files = Array.from({ length: PROJECTS }, (_, at) =>
    ground.publish({ name: `many${at}`, version: '1.0' }),
  );
  return { files, names: files.map(({ project }) => project) };
}

/** Enough for the run, if it queues: all must pass. */
async function limitTo256(ground: Ground): Promise<Played> {
  const { names } = publishMany(ground);
  const run = await ground.install(names, { before: ['prlimit', '--nofile=256'] });
  const faults = judgeEnd(run, [0]);
  faults.push(...(await judgeStore(ground.data, new Map())).faults);
  return { faults, figure: `${PROJECTS} projects with 256 files` };
}

/** Too few for Node, for the store, for a connection: each ends in words, none in a half-made state. */
async function limitToFew(ground: Ground): Promise<Played> {
  const { files, names } = publishMany(ground);
  const faults: string[] = [];
  const ends = new Map<string, number>();
  let slowest = 0;
  for (const limit of [20, 24, 26, 28, 29, 30, 31, 32, 34, 36, 40, 48]) {
    const run = await ground.download(names.slice(0, 3), {
      before: ['prlimit', `--nofile=${limit}`],
      patience: 2 * BOUND_MS,
    });
    slowest = Math.max(slowest, run.milliseconds);
    if (run.milliseconds > BOUND_MS)
      faults.push(`--nofile=${limit}: took ${(run.milliseconds / 1000).toFixed(0)} s`);
    ends.set(String(run.exit), (ends.get(String(run.exit)) ?? 0) + 1);
    faults.push(...judgeHandedOut(run, files));
    if (run.exit === 134 || run.exit === 139 || run.exit === 70)
      faults.push(`--nofile=${limit}: exit ${run.exit}: ${run.stderr.slice(-400)}`);
    if (run.exit === OWN_STATE || run.exit === UNREACHABLE)
      faults.push(...judgeEnd(run, [OWN_STATE, UNREACHABLE], [/next/u]));
  }
  faults.push(...(await judgeNextRun(ground, names.slice(0, 3), files)));
  faults.push(...(await judgeStore(ground.data, new Map())).faults);
  const counts = [...ends].map(([exit, count]) => `exit ${exit}: ${count}`).join(', ');
  return { faults, figure: `${counts}; slowest ${(slowest / 1000).toFixed(1)} s` };
}

/** The same pages and files over and over: no descriptor stays open. */
async function countDescriptors(ground: Ground): Promise<Played> {
  const good = ground.publish({ name: 'good', version: '1.0' });
  await using hall = await openGateHall(ground);
  const page = `${ground.world.index}good/`;
  const file = `${ground.world.origin(FILES)}/packages/${good.filename}`;
  const faults: string[] = [];
  const rounds = async (requests: number): Promise<void> => {
    const client = hall.client();
    for (let done = 0; done < requests; done += 20) {
      const asked = Array.from({ length: 10 }, async () => {
        const { status } = await client.get(page, { accept: ACCEPT });
        const got = await client.get(file);
        if (status !== 200 || got.sha256 !== good.sha256) faults.push(`answered ${status}`);
      });
      await Promise.all(asked);
    }
    await client.close();
  };
  await rounds(200);
  const before = await settled(() => hall.figures());
  await rounds(REQUESTS);
  const after = await settled(() => hall.figures());
  if (after > before) faults.push(`${before} files were open, ${after} are`);
  return {
    faults: faults.slice(0, 5),
    figure: `${before} open before ${REQUESTS} requests, ${after} after`,
  };
}

/** Connections that were closed on our side end on the other a moment later. */
async function settled(figures: () => Promise<{ readonly descriptors: number }>): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < 20; look++) {
    least = Math.min(least, (await figures()).descriptors);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return least;
}

export const R06: Fault = {
  id: 'R06',
  title: 'few open files are allowed',
  forms: [
    { name: '256 files', installers: ['pip', 'uv'], needs: ['prlimit'], play: limitTo256 },
    { name: 'fewer than it takes', needs: ['prlimit'], play: limitToFew },
    { name: 'none stays open after 10,000 requests', play: countDescriptors },
  ],
};

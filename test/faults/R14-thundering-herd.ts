// SPDX-License-Identifier: Apache-2.0
import { MIB } from '../../src/core/limits.ts';
import { openSqliteTrustRows } from '../../src/storage/index.ts';
import { join } from 'node:path';
import { sendBytes } from '../world/host.ts';
import { FILES, INDEX } from '../world/world.ts';
import type { Fault, Played } from './fault.ts';
import { openGateHall } from './gate-hall.ts';
import type { Ground } from './ground.ts';
import { judgeStore } from './invariants.ts';
import { noise } from './R05-full-disk.ts';

const CLIENTS = 50;
const MEBIBYTES = 20;
const MOST_RESIDENT_MIB = 400;
const ACCEPT = 'application/vnd.pypi.simple.v1+json';

/** Everybody asks one file that nobody has seen, at the same moment. */
async function stampede(ground: Ground, lie: boolean): Promise<Played> {
  const files = { 'herd/x.txt': noise(MEBIBYTES * MIB) };
  const herd = ground.publish({ name: 'herd', version: '1.0', files });
  const host = ground.world.host(FILES);
  const path = `/packages/${herd.filename}`;
  const evil = Buffer.from(herd.bytes);
  evil[1000] = (evil[1000] ?? 0) ^ 1;
  const { promise: allAsk, resolve: go } = Promise.withResolvers<void>();
  host.hooks.set(path, (request, response) => {
    // The answer waits until all clients have asked.
    void allAsk.then(() => sendBytes(request, response, lie ? evil : herd.bytes));
  });
  const faults: string[] = [];
  await using hall = await openGateHall(ground);
  const clients = Array.from({ length: CLIENTS }, () => hall.client());
  const pages = await Promise.all(
    clients.map((client) => client.get(`${ground.world.index}herd/`, { accept: ACCEPT })),
  );
  if (pages.some(({ status }) => status !== 200)) faults.push('a page did not come');
  const began = performance.now();
  const asking = clients.map((client) => client.get(`${ground.world.origin(FILES)}${path}`));
  setTimeout(go, 1000);
  const answers = await Promise.all(asking);
  const seconds = (performance.now() - began) / 1000;
  const { peak } = await hall.figures();
  await Promise.all(clients.map((client) => client.close()));
  const wanted = lie ? 403 : 200;
  const right = answers.filter(({ status }) => status === wanted).length;
  if (right !== CLIENTS) faults.push(`${right} of ${CLIENTS} were answered ${wanted}`);
  const whole = answers.filter(({ status }) => status === 200);
  const foreign = whole.filter(({ sha256 }) => sha256 !== herd.sha256).length;
  if (foreign > 0) faults.push(`${foreign} clients got unverified bytes`);
  const downloads = host.seen.filter((seen) => seen.path === path).length;
  if (downloads !== 1) faults.push(`${downloads} upstream downloads`);
  const asked = ground.world
    .host(INDEX)
    .seen.filter((seen) => seen.path === '/simple/herd/').length;
  if (asked !== 1) faults.push(`${asked} upstream pages`);
  const verdicts = verdictsIn(ground, herd.filename);
  if (verdicts !== 1) faults.push(`${verdicts} verifications`);
  const mebibytes = Math.round(peak / 1024);
  if (mebibytes > MOST_RESIDENT_MIB) faults.push(`${mebibytes} MiB resident`);
  faults.push(...(await judgeStore(ground.data, new Map())).faults);
  const figure = `${CLIENTS} × ${MEBIBYTES} MB: ${downloads} download, ${verdicts} verification, ${seconds.toFixed(1)} s, ${mebibytes} MiB`;
  return { faults, figure };
}

function verdictsIn(ground: Ground, filename: string): number {
  const rows = openSqliteTrustRows(join(ground.data, 'trust.sqlite'), { now: () => Date.now() });
  try {
    const trail = rows.auditTrail({ subject: filename });
    return trail.filter(({ what }) => what === 'verdict').length;
  } finally {
    rows.close();
  }
}

export const R14: Fault = {
  id: 'R14',
  title: 'many clients ask one unknown file',
  forms: [
    { name: 'an honest file', network: true, play: (ground) => stampede(ground, false) },
    { name: 'a tampered file', network: true, play: (ground) => stampede(ground, true) },
  ],
};

// SPDX-License-Identifier: Apache-2.0
import { EVIL } from '../attacks/stage.ts';
import { openGateHall, type Figures, type GateHall } from '../faults/gate-hall.ts';
import { openGround, type Ground } from '../faults/ground.ts';
import { judgeStore } from '../faults/invariants.ts';
import { serveBytes } from '../world/host.ts';
import type { BuiltFile } from '../world/wheel.ts';
import { FILES } from '../world/world.ts';

const ACCEPT = 'application/vnd.pypi.simple.v1+json';
const FILES_PER_INSTALL = 5;
const KNOWN = 20;
/** Every so many installs, one is an attack. */
const ATTACK_EVERY = 4;
/** Memory settles in the first fifth. */
const WARM_UP = 0.2;
const MOST_DRIFT = 0.1;

export interface GateSoak {
  readonly faults: readonly string[];
  readonly attacks: number;
  readonly warm: Figures;
  readonly end: Figures;
}

/** One gate serves so many installs, each a client of its own: pages, then files, honest ones and attacks. */
export async function soakGate(installs: number, told: (line: string) => void): Promise<GateSoak> {
  await using ground = await openGround('pip');
  const known = Array.from({ length: KNOWN }, (_, at) =>
    ground.publish({ name: `known${at}`, version: '1.0' }),
  );
  await using hall = await openGateHall(ground);
  const faults: string[] = [];
  let attacks = 0;
  let warm = await hall.figures();
  const warmAt = Math.ceil(installs * WARM_UP);
  for (let count = 1; count <= installs && faults.length < 10; count++) {
    const attack = count % ATTACK_EVERY === 0;
    if (attack) attacks += 1;
    const where = `install ${count}`;
    const found = attack
      ? await attackOnce(ground, hall, count)
      : await installOnce(ground, hall, known, count);
    faults.push(...found.map((fault) => `${where}: ${fault}`));
    if (count === warmAt) warm = await settled(hall);
    if (count % Math.max(1, Math.floor(installs / 10)) === 0)
      told(JSON.stringify({ installs: count, ...(await hall.figures()) }));
  }
  const end = await settled(hall);
  const drift = end.now / warm.now - 1;
  if (drift > MOST_DRIFT) faults.push(`memory grew by ${(drift * 100).toFixed(1)} %`);
  if (end.descriptors > warm.descriptors)
    faults.push(`${warm.descriptors} files were open, ${end.descriptors} are`);
  faults.push(...(await judgeStore(ground.data, new Map())).faults);
  return { faults, attacks, warm, end };
}

async function installOnce(
  ground: Ground,
  hall: GateHall,
  known: readonly BuiltFile[],
  count: number,
): Promise<string[]> {
  const faults: string[] = [];
  const client = hall.client();
  for (let at = 0; at < FILES_PER_INSTALL; at++) {
    const file = known[(count * 3 + at) % known.length];
    if (file === undefined) continue;
    const page = await client.get(`${ground.world.index}${file.project}/`, { accept: ACCEPT });
    const got = await client.get(`${ground.world.origin(FILES)}/packages/${file.filename}`);
    if (page.status !== 200) faults.push(`the page was answered ${page.status}`);
    if (got.sha256 !== file.sha256) faults.push(`${file.filename} was answered ${got.status}`);
  }
  await client.close();
  return faults;
}

/** A new project whose file is another than its page says. */
async function attackOnce(ground: Ground, hall: GateHall, count: number): Promise<string[]> {
  const file = ground.publish({ name: `attack${count}`, version: '1.0' });
  const path = `/packages/${file.filename}`;
  ground.world.host(FILES).hooks.set(path, serveBytes(EVIL.bytes));
  const client = hall.client();
  await client.get(`${ground.world.index}${file.project}/`, { accept: ACCEPT });
  const got = await client.get(`${ground.world.origin(FILES)}${path}`);
  await client.close();
  return got.status === 403 ? [] : [`the tampered file was answered ${got.status}`];
}

/** Connections that were closed on our side end on the other a moment later. */
async function settled(hall: GateHall): Promise<Figures> {
  let least = await hall.figures();
  for (let look = 0; look < 20; look++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const found = await hall.figures();
    if (found.descriptors <= least.descriptors) least = found;
  }
  return least;
}

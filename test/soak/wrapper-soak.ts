// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from 'node:child_process';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { KIB } from '../../src/core/limits.ts';
import { EVIL, GOOD, GOOD_PATH, openStage, type Stage } from '../attacks/stage.ts';
import { openGround, type Ground, type Run } from '../faults/ground.ts';
import { judgeStore } from '../faults/invariants.ts';
import { sendBytes, serveBytes } from '../world/host.ts';
import type { InstallerName } from '../world/installer-versions.ts';
import { killGroup } from '../world/programs.ts';
import { FILES } from '../world/world.ts';

/** What one kind of run looks like, and how it must end. */
interface Turn {
  readonly name: string;
  readonly exits: readonly (number | null)[];
  readonly installed: 'GOOD' | null;
  play(ground: Ground, stage: Stage): Promise<Run>;
}

const E_BYTES = 10;
const E_UPSTREAM = 20;

const TURNS: readonly Turn[] = [
  {
    name: 'good',
    exits: [0],
    installed: 'GOOD',
    play: (ground) => ground.install(['good']),
  },
  {
    name: 'tampered page',
    exits: [E_BYTES],
    installed: null,
    play(ground, stage) {
      stage.listOnly(EVIL);
      return ground.install(['good']);
    },
  },
  {
    name: 'tampered file of a new project',
    exits: [E_BYTES],
    installed: null,
    play(ground, stage) {
      const fresh = ground.publish({ name: `p${stage.world.reached.length}`, version: '1.0' });
      stage.world.host(FILES).hooks.set(`/packages/${fresh.filename}`, serveBytes(EVIL.bytes));
      return ground.install([fresh.project]);
    },
  },
  {
    name: 'a new good project',
    exits: [0],
    installed: 'GOOD',
    play(ground, stage) {
      const fresh = ground.publish({ name: `q${stage.world.reached.length}`, version: '1.0' });
      return ground.install([fresh.project, 'good']);
    },
  },
  {
    name: 'upstream breaks off',
    exits: [E_UPSTREAM],
    installed: null,
    play(ground, stage) {
      const fresh = ground.publish({ name: `r${stage.world.reached.length}`, version: '1.0' });
      stage.world.host(FILES).hooks.set(`/packages/${fresh.filename}`, (_request, response) => {
        response.writeHead(200, { 'content-length': fresh.bytes.length });
        response.write(fresh.bytes.subarray(0, 100), () => response.destroy());
      });
      return ground.install([fresh.project]);
    },
  },
  {
    name: 'the gate is killed',
    exits: [null],
    installed: null,
    async play(ground, stage) {
      const fresh = ground.publish({ name: `s${stage.world.reached.length}`, version: '1.0' });
      const started: ChildProcess[] = [];
      stage.world.host(FILES).hooks.set(`/packages/${fresh.filename}`, (request, response) => {
        for (const child of started) killGroup(child);
        sendBytes(request, response, fresh.bytes);
      });
      return await ground.install([fresh.project], { watch: (child) => started.push(child) });
    },
  },
];

/** Of six runs, three are good ones. */
const ORDER = [0, 1, 3, 2, 0, 4, 3, 0, 1, 0, 3, 5] as const;

export interface Growth {
  readonly installs: number;
  readonly trustBytes: number;
  readonly blobs: number;
  readonly drafts: number;
  readonly runDirectories: number;
  readonly temporary: number;
}

export interface WrapperSoak {
  readonly faults: readonly string[];
  readonly runs: ReadonlyMap<string, number>;
  readonly growth: readonly Growth[];
}

/** What the audit trail of one install may take, many times over. */
const MOST_TRUST_BYTES = 8 * KIB;

/** Nothing is left of runs that ended, nor of the last one that was killed once another has run. */
function judgeGrowth(growth: readonly Growth[]): string[] {
  const faults: string[] = [];
  for (const { installs, drafts, runDirectories, temporary } of growth)
    for (const [name, left] of Object.entries({ drafts, runDirectories, temporary }))
      if (left > MOST_LEFT) faults.push(`after ${installs} installs: ${left} left in ${name}`);
  const [first, last] = [growth[0], growth.at(-1)];
  if (first === undefined || last === undefined || first === last) return faults;
  const each = (last.trustBytes - first.trustBytes) / (last.installs - first.installs);
  if (each > MOST_TRUST_BYTES)
    faults.push(`the trust store grows by ${each.toFixed(0)} bytes for each install`);
  return faults;
}

/** What the run before left, where it was killed. */
const MOST_LEFT = 1;

/** So many real installs one after the other, on one state, in one home. */
export async function soakWrapper(
  installer: InstallerName,
  installs: number,
  told: (line: string) => void,
): Promise<WrapperSoak> {
  await using ground = await openGround(installer);
  const stage = openStage(ground.world, ground.environment);
  const faults: string[] = [];
  const runs = new Map<string, number>();
  const growth: Growth[] = [];
  let remembered: ReadonlyMap<string, string> = new Map();
  const every = Math.max(1, Math.floor(installs / 10));
  for (let count = 1; count <= installs && faults.length < 10; count++) {
    const turn = TURNS[ORDER[(count - 1) % ORDER.length] ?? 0];
    if (turn === undefined) break;
    const { reached } = stage.world;
    const asked = reached.length;
    restore(stage);
    const run = await turn.play(ground, stage);
    runs.set(turn.name, (runs.get(turn.name) ?? 0) + 1);
    const where = `${count} ${turn.name} (${asked})`;
    if (!turn.exits.includes(run.exit))
      faults.push(`${where}: exit ${String(run.exit)}: ${run.stderr.slice(-500)}`);
    if (stage.installedWord() !== turn.installed)
      faults.push(`${where}: ${String(stage.installedWord())} is installed`);
    if ((await stage.readCanary()).includes('EVIL')) faults.push(`${where}: evil code ran`);
    if (count % every !== 0 && count !== installs) continue;
    const store = await judgeStore(ground.data, remembered);
    ({ remembered } = store);
    faults.push(...store.faults.map((fault) => `${where}: ${fault}`));
    growth.push(await measure(ground, count));
    told(JSON.stringify(growth.at(-1)));
  }
  return { faults: [...faults, ...judgeGrowth(growth)], runs, growth };
}

/** Honest again; what was published stays, so that nothing seems to vanish. */
function restore(stage: Stage): void {
  stage.world.host(FILES).hooks.clear();
  stage.world.host(FILES).files.set(GOOD_PATH, GOOD.bytes);
  stage.listOnly(GOOD);
}

async function measure(ground: Ground, installs: number): Promise<Growth> {
  const { home, root } = ground.environment;
  const { size } = await lstat(join(ground.data, 'trust.sqlite'));
  const blobs = await readdir(join(ground.data, 'blobs/sha256'), { recursive: true });
  return {
    installs,
    trustBytes: size,
    blobs: blobs.filter((name) => /[0-9a-f]{64}$/u.test(name)).length,
    drafts: await countIn(join(ground.data, 'blobs/drafts')),
    runDirectories: await countIn(join(home, '.local/state/wheelproof/runs')),
    temporary: (await readdir(join(root, 'tmp'))).filter((name) => name.startsWith('wheelproof'))
      .length,
  };
}

async function countIn(folder: string): Promise<number> {
  return (await readdir(folder).catch(() => [])).length; // not there: none
}

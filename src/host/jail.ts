// SPDX-License-Identifier: Apache-2.0
import type { Server } from 'node:net';
import { Refusal } from '../core/errors.ts';
import type { JailLevel } from '../core/report.ts';
import type { EarlyLaunch } from './early-launch.ts';
import { hear, type Heard } from './jail-channel.ts';
import { LAUNCHER } from './jail-launcher.ts';
import { describeObstacle, errnoName, type JailMessage } from './jail-message.ts';
import {
  adoptChild,
  runChild,
  startChild,
  type Child,
  type ChildCall,
  type ChildEnd,
} from './processes.ts';

/** `auto`: the best that this system allows. */
export type JailWish = 'auto' | Exclude<JailLevel, 'none'> | 'off';
type Level = Exclude<JailLevel, 'none'>;

export interface Jail {
  readonly wish: JailWish;
  /** The gate's: the only one that stays within reach. */
  readonly port: number;
  /** Who may set up the jail, best first. */
  interpreters(): Promise<readonly string[]>;
  /** Takes the listener inside a network of the child's own: whoever comes through it is ours. */
  receive(door: Server): void;
  /** Was started before anything was known. */
  readonly early?: EarlyLaunch | null;
}

export interface Jailed {
  readonly child: Child;
  readonly level: JailLevel;
  /** Why no better level held, a clause each. */
  readonly obstacles: readonly string[];
}

/**
 * As `runChild`, with the child kept from every network but the gate, where the system allows it.
 * @throws Refusal `WP-JAIL-UNAVAILABLE` where a level was asked for by name and is not to be had;
 *   `WP-INSTALLER-NOT-FOUND`
 */
export async function runJailed(call: ChildCall, jail: Jail, terminal?: boolean): Promise<Jailed> {
  const obstacles: string[] = [];
  for (const level of levelsFor(jail.wish)) {
    const held = await tryLevel(level, call, jail, terminal);
    jail.early?.dismiss(); // unless it has its orders
    if (typeof held !== 'string') return { child: held, level, obstacles };
    obstacles.push(held);
  }
  if (jail.wish !== 'auto' && jail.wish !== 'off') {
    throw new Refusal('WP-JAIL-UNAVAILABLE', {
      message: `--jail ${jail.wish} is not to be had here: ${obstacles.join('; ')}`,
    });
  }
  jail.early?.dismiss();
  return { child: await runChild(call, terminal), level: 'none', obstacles };
}

function levelsFor(wish: JailWish): readonly Level[] {
  if (wish === 'off') return [];
  return wish === 'auto' ? ['namespace', 'landlock'] : [wish];
}

/** @returns the child, or what stands in the way. */
async function tryLevel(
  level: Level,
  call: ChildCall,
  jail: Jail,
  terminal: boolean | undefined,
): Promise<Child | string> {
  if (process.platform !== 'linux') return `${level}: not on ${process.platform}`;
  let obstacle = `${level}: no Python was found to set it up`;
  const interpreters = await jail.interpreters();
  const early = earlyFor(level, call, jail, interpreters);
  for (const launch of [...(early === null ? [] : [early]), ...interpreters]) {
    const interpreter = typeof launch === 'string' ? launch : launch.interpreter;
    const { child, last, end } =
      typeof launch === 'string'
        ? await launched(launchOf(launch, level, call, jail), jail, terminal)
        : await ordered(launch, call, jail, terminal);
    if (last !== null && 'held' in last) return child;
    if (end?.signal !== undefined && USERS_OWN.has(end.signal)) return child;
    if (last?.unable === 'exec') {
      throw new Refusal('WP-INSTALLER-NOT-FOUND', {
        message: `${call.program} could not be started: ${errnoName(last.errno) ?? 'unknown error'}`,
      });
    }
    if (last !== null && last.unable !== 'python') return describeObstacle(level, last);
    obstacle = `${level}: ${interpreter} could not set it up`;
  }
  return obstacle;
}

/** The one that was started early, where it is the one that would be started now. */
function earlyFor(
  level: Level,
  call: ChildCall,
  { early = null }: Jail,
  [best]: readonly string[],
): EarlyLaunch | null {
  if (level !== 'namespace' || call.stdio === 'capture') return null;
  return early?.interpreter === best && early?.directory === call.directory ? early : null;
}

function launchOf(interpreter: string, level: Level, call: ChildCall, { port }: Jail): ChildCall {
  return {
    ...call,
    program: interpreter,
    argv: ['-I', '-S', '-c', LAUNCHER, level, `${port}`, call.program, ...call.argv],
  };
}

/** Whoever stops the run while the jail is being built does not want it without a jail. */
const USERS_OWN: ReadonlySet<string | null> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']);

interface Launched {
  readonly child: Child;
  readonly last: JailMessage | null;
  /** `null` while what was launched lives on as the installer. */
  readonly end: ChildEnd | null;
}

/** Starts the launcher and waits until it has become the installer, or has ended. */
async function launched(
  launch: ChildCall,
  jail: Jail,
  terminal: boolean | undefined,
): Promise<Launched> {
  const heard = Promise.withResolvers<Heard>();
  const child = await startChild(launch, terminal, (channel) => {
    const listening = hear(channel);
    listening.handOverTo((door) => jail.receive(door));
    heard.resolve(listening);
  });
  return await settled(child, await heard.promise);
}

/** As `launched`, with one that runs already. */
async function ordered(
  early: EarlyLaunch,
  call: ChildCall,
  jail: Jail,
  terminal: boolean | undefined,
): Promise<Launched> {
  early.handOverTo((door) => jail.receive(door));
  early.order({
    port: jail.port,
    ontoErrors: call.stdio === 'stdout-to-stderr',
    words: [call.program, ...call.argv],
    environment: call.environment,
  });
  return await settled(adoptChild(early.child, early.ended, terminal), early);
}

async function settled(child: Child, heard: Heard): Promise<Launched> {
  await heard.closed;
  const last = heard.last();
  const lives = last !== null && 'held' in last;
  return { child, last, end: lives ? null : await child.done };
}

// SPDX-License-Identifier: Apache-2.0
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { FOREIGN_RUN_AGE_MS } from '../core/limits.ts';

const NAME = /^([0-9a-f]{12})-(\d{1,10})-(\w{1,20})-[0-9a-f]{32}\.part$/u;

/** What a process's drafts have in common; it stays as long as the process does. */
let ours: string | null = null;

/** A name that nobody can guess, telling which process writes the draft. */
export function newDraftName(): string {
  ours ??= `${machineTag()}-${process.pid}-${processStart(process.pid) ?? 'x'}`;
  return `${ours}-${randomBytes(16).toString('hex')}.part`;
}

/**
 * Whether the process that wrote a draft is known to be gone. A process of another host or container
 * cannot be seen from here: its draft counts as abandoned only once it is FOREIGN_RUN_AGE_MS old.
 */
export function isAbandoned(name: string, ageMs: number): boolean {
  const [, machine, pid, start] = NAME.exec(name) ?? [];
  if (machine !== machineTag()) return ageMs > FOREIGN_RUN_AGE_MS;
  const id = Number(pid);
  if (!isAlive(id)) return true;
  const now = processStart(id);
  return now !== null && start !== 'x' && now !== start; // the id was given to another process
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return !(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH');
  }
}

/** When a process started, in the kernel's own ticks (proc_pid_stat(5), field 22); `null` where that is not told. */
function processStart(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null; // no such file system here, or the process has just ended
  }
}

/** Where process ids mean the same as here: this host, and this container on it. */
function machineTag(): string {
  let space = '';
  try {
    space = readlinkSync('/proc/self/ns/pid');
  } catch {
    space = process.platform; // one space of process ids per host
  }
  return createHash('sha256').update(`${hostname()}\0${space}`).digest('hex').slice(0, 12);
}

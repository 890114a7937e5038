// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

/** Resident memory of a process in KiB: at this moment, and at most so far. */
export interface ResidentKiB {
  readonly now: number;
  readonly peak: number;
}

/** Linux's own word for it; nought of a process that has just ended. */
export function residentKiB(pid: number | 'self'): ResidentKiB {
  let status = '';
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    // It is gone.
  }
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'mu').exec(status)?.[1] ?? 0);
  return { now: field('VmRSS'), peak: field('VmHWM') };
}

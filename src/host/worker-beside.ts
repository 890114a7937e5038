// SPDX-License-Identifier: Apache-2.0
import { Worker } from 'node:worker_threads';
import { DIGESTING_MEMORY_MIB } from '../core/limits.ts';

/**
 * Starts a thread that looks at files of this machine and judges nothing. Its file lies beside this
 * one: in the sources, and in what is built of them, under the ending that is used there.
 */
export function startBeside(name: string, workerData?: unknown): Worker {
  const ending = /\.[a-z]+$/u.exec(import.meta.url)?.[0] ?? '.js';
  return new Worker(new URL(`./${name}${ending}`, import.meta.url), {
    env: {},
    execArgv: [],
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: DIGESTING_MEMORY_MIB },
  });
}

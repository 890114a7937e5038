// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** `./wheelproof --version` against a bare Node: the median of the pairs' ratios. */
const LIMIT = 1.5;
const PAIRS = 25;

const launcher = join(import.meta.dirname, '..', 'wheelproof');

function millisecondsOf(program: string, words: readonly string[]): number {
  const start = performance.now();
  const { status } = spawnSync(program, words, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${String(status)}`);
  return performance.now() - start;
}

const ratios: number[] = [];
for (let pair = 0; pair <= PAIRS; pair += 1) {
  const ours = millisecondsOf(launcher, ['--version']);
  const bare = millisecondsOf(process.execPath, ['-e', '0']);
  // The first pair only warms the caches.
  if (pair > 0) ratios.push(ours / bare);
}
const median = ratios.toSorted((a, b) => a - b)[Math.floor(PAIRS / 2)] ?? Infinity;
process.stdout.write(
  `wheelproof --version takes ${median.toFixed(2)} x bare node (limit ${LIMIT})\n`,
);
if (median > LIMIT) process.exitCode = 1;

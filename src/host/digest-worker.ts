// SPDX-License-Identifier: Apache-2.0
import { parentPort, workerData } from 'node:worker_threads';
import {
  answerOf,
  CLAIMED_THERE,
  FREE,
  type DigestAsk,
  type DigestWork,
} from './digest-protocol.ts';
import { digestNow } from './file-digest.ts';

// The thread that digests: it only reads and hashes; what a digest means is not its business.

const { claims }: DigestWork = workerData;

parentPort?.on('message', ({ batch, paths, sizes }: DigestAsk) => {
  if (Atomics.compareExchange(claims, batch, FREE, CLAIMED_THERE) !== FREE) return;
  const digests = paths.map((path, at) => digestNow({ path, size: sizes[at] ?? null }));
  parentPort?.postMessage(answerOf(batch, digests), []);
});

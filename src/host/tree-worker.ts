// SPDX-License-Identifier: Apache-2.0
import { parentPort } from 'node:worker_threads';
import { lookAtTree } from './tree-look.ts';
import type { TreeAnswer, TreeAsk } from './tree-thread.ts';

// The thread that looks at kept trees: it reads no file, and judges nothing.

parentPort?.on('message', ({ id, path }: TreeAsk) => {
  const answer: TreeAnswer = { id, look: lookAtTree(path) };
  parentPort?.postMessage(answer, []);
});

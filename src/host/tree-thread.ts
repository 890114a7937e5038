// SPDX-License-Identifier: Apache-2.0
import type { Worker } from 'node:worker_threads';
import type { TreeLook, TreeLooks } from '../core/kept-wheel.ts';
import { TREE_LOOK_DEADLINE_MS } from '../core/limits.ts';
import { lookAtTree } from './tree-look.ts';
import { startBeside } from './worker-beside.ts';

/** Less than half a millisecond. */
const FEW_ENTRIES = 100;

export interface TreeAsk {
  readonly id: number;
  readonly path: string;
}

export interface TreeAnswer {
  readonly id: number;
  readonly look: TreeLook | null;
}

export interface TreeSettings {
  readonly start?: () => Worker;
  readonly deadlineMs?: number;
}

/**
 * A thread of its own, started when it is first asked about a large tree: a small one is looked at
 * on the spot, before the thread would have started. Where it does not start, ends, or says nothing
 * for long, no tree counts as looked at.
 */
export function openTreeLooks({
  start = () => startBeside('tree-worker'),
  deadlineMs = TREE_LOOK_DEADLINE_MS,
}: TreeSettings = {}): TreeLooks {
  const asked = new Map<number, (look: TreeLook | null) => void>();
  let worker: Worker | null = null;
  let isOver = false;
  let timer: NodeJS.Timeout | null = null;
  let last = 0;

  const wait = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = asked.size === 0 ? null : setTimeout(lose, deadlineMs);
  };
  const lose = (): void => {
    isOver = true;
    const lost = worker;
    worker = null;
    for (const resolve of asked.values()) resolve(null);
    asked.clear();
    wait();
    void lost?.terminate();
  };
  const hear = ({ id, look }: TreeAnswer): void => {
    asked.get(id)?.(look);
    asked.delete(id);
    wait();
  };
  const open = (): Worker | null => {
    if (worker !== null || isOver) return worker;
    try {
      worker = start();
      worker.unref();
      worker.on('message', hear);
      for (const end of ['error', 'messageerror', 'exit'] as const) worker.on(end, lose);
    } catch {
      isOver = true; // as documented
    }
    return worker;
  };
  return {
    async look(path, entries = Infinity) {
      if (entries <= FEW_ENTRIES && !isOver) return lookAtTree(path);
      const thread = open();
      if (thread === null) return null;
      last += 1;
      const ask: TreeAsk = { id: last, path };
      const answer = new Promise<TreeLook | null>((resolve) => asked.set(ask.id, resolve));
      thread.postMessage(ask, []);
      wait();
      return await answer;
    },
    async close() {
      const ending = worker?.terminate();
      lose();
      await ending;
    },
  };
}

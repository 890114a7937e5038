// SPDX-License-Identifier: Apache-2.0
import { Worker } from 'node:worker_threads';
import { Refusal } from '../core/errors.ts';
import { PROOF_DEADLINE_MS, PROVING_MEMORY_MIB } from '../core/limits.ts';
import type { Proving, ProvenanceJudge } from './provenance-judge.ts';
import type { Vouchers } from './provenance.ts';
import type { ProvingAnswer, ProvingAsk } from './proving-protocol.ts';

/** Whatever ended it so often ends it again. */
const MOST_STARTS = 4;

interface Waiting {
  readonly proving: Proving;
  readonly resolve: (said: Vouchers) => void;
  readonly reject: (why: Refusal) => void;
}

export interface ThreadSettings {
  readonly start?: () => Worker;
  readonly deadlineMs?: number;
}

/**
 * Proves on a thread of its own, which is started with the first question and lives until `close`.
 * One question at a time, so that whatever ends or stops the thread is known by its name: that one
 * is not proved, the next ones are asked of a new thread. Where there is no thread, nothing is
 * proved.
 */
export function openProvingThread({
  start = startWorker,
  deadlineMs = PROOF_DEADLINE_MS,
}: ThreadSettings = {}): ProvenanceJudge {
  return new ProvingThread(start, deadlineMs);
}

/**
 * The worker's file lies beside this one: in the sources, and in what is built of them, under the
 * ending that is used there.
 */
function startWorker(): Worker {
  const ending = /\.[a-z]+$/u.exec(import.meta.url)?.[0] ?? '.js';
  return new Worker(new URL(`./proving-worker${ending}`, import.meta.url), {
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: PROVING_MEMORY_MIB },
  });
}

class ProvingThread implements ProvenanceJudge {
  readonly #start: () => Worker;
  readonly #deadlineMs: number;
  readonly #waiting: Waiting[] = [];
  readonly #keys = new Map<Uint8Array, number>();
  #asked: Waiting | null = null;
  #worker: Worker | null = null;
  #sent = new Set<number>();
  #starts = 0;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(start: () => Worker, deadlineMs: number) {
    this.#start = start;
    this.#deadlineMs = deadlineMs;
  }

  prepare(): void {
    try {
      this.#thread();
    } catch {
      // Whoever asks is told.
    }
  }

  async judge(proving: Proving): Promise<Vouchers> {
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ proving, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    this.#end('the run is over');
    for (const { reject } of this.#waiting.splice(0)) reject(unproved('the run is over'));
    await worker?.terminate();
  }

  #next(): void {
    if (this.#asked !== null) return;
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#worker?.unref();
      return;
    }
    this.#asked = next;
    try {
      const worker = this.#thread();
      worker.ref();
      this.#timer = setTimeout(() => this.#stop(worker), this.#deadlineMs);
      worker.postMessage(this.#askOf(next.proving), []);
    } catch (thrown) {
      this.#end(thrown instanceof Error ? thrown.message : String(thrown));
      this.#next();
    }
  }

  #thread(): Worker {
    if (this.#worker !== null) return this.#worker;
    if (this.#isClosed) throw new Error('the run is over');
    if (this.#starts >= MOST_STARTS) throw new Error(`it ended ${MOST_STARTS} times`);
    this.#starts += 1;
    const worker = this.#start();
    this.#worker = worker;
    this.#sent = new Set();
    worker.unref();
    worker.on('message', (answer: ProvingAnswer) => this.#hear(worker, answer));
    const ended = (why: string): void => {
      if (this.#worker !== worker) return;
      this.#end(why);
      this.#next();
    };
    worker.on('error', (error) => ended(error instanceof Error ? error.message : String(error)));
    worker.on('messageerror', () => ended('its answer could not be read'));
    worker.on('exit', (code) => ended(`it exited with ${code}`));
    return worker;
  }

  #askOf({ provenance, file, roots }: Proving): ProvingAsk {
    const named = roots.map(({ name, bytes }) => {
      const key = this.#keys.get(bytes) ?? this.#keys.size;
      this.#keys.set(bytes, key);
      const isKnown = this.#sent.has(key);
      this.#sent.add(key);
      return { name, key, bytes: isKnown ? null : bytes };
    });
    return { provenance, file, roots: named };
  }

  #hear(worker: Worker, answer: ProvingAnswer): void {
    if (this.#worker !== worker || this.#asked === null) return;
    const { resolve, reject } = this.#asked;
    this.#settle();
    if ('said' in answer) resolve(answer.said);
    else if ('refused' in answer) {
      const { code, message, hint } = answer.refused;
      reject(new Refusal(code, { message, hint }));
    } else reject(unproved(answer.fault));
    this.#next();
  }

  #settle(): void {
    this.#asked = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** What was asked is not proved; the thread is given up. */
  #end(why: string): void {
    const asked = this.#asked;
    this.#settle();
    this.#worker = null;
    asked?.reject(unproved(why));
  }

  #stop(worker: Worker): void {
    const asked = this.#asked;
    this.#settle();
    this.#worker = null;
    void worker.terminate();
    const message = `it was not proved within ${this.#deadlineMs} ms`;
    asked?.reject(new Refusal('WP-ATTESTATION-LIMIT', { message }));
    this.#next();
  }
}

function unproved(why: string): Refusal {
  const message = `the thread that verifies attestations gave no answer: ${why}`;
  return new Refusal('WP-INTERNAL', { message });
}

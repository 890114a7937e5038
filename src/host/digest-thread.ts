// SPDX-License-Identifier: Apache-2.0
import { setImmediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { FileDigest, InstalledFiles, WantedDigest } from '../core/host.ts';
import { DIGEST_DEADLINE_MS, KIB, MIB } from '../core/limits.ts';
import {
  askFor,
  CLAIMED_HERE,
  digestAt,
  FREE,
  type DigestAnswer,
  type DigestWork,
} from './digest-protocol.ts';
import { costOf, digestInTurns } from './file-digest.ts';
import { installedFiles } from './installed-files.ts';
import { startBeside } from './worker-beside.ts';

/** As many are done before the other thread's answers are looked at. */
const BATCH_FILES = 128;
/** What is beyond them, this thread does alone. */
const MAX_BATCHES = 4096;
/** Of less, the thread would still be starting when all is done. */
const WORTH_BYTES = 64 * MIB;
/** The slowest disk that is waited for. */
const SLOWEST_BYTES_PER_MS = 32 * KIB;

export interface DigestSettings {
  readonly start?: (work: DigestWork) => Worker;
  readonly deadlineMs?: number;
  readonly worthBytes?: number;
}

/** The files on this machine's disk, many digested at a time on two threads. */
export interface Digesting {
  readonly files: InstalledFiles;
  /** So much will be asked for: the second thread starts, which it otherwise does when it is asked. */
  readonly expect: (files: number, bytes: number) => void;
  close(): Promise<void>;
}

/**
 * This thread and another one take turns at what is asked for, each what the other has not begun.
 * Where the other one cannot start, ends, or does not answer, this one does its part as well: what
 * is found is the same.
 */
export function openDigesting(settings: DigestSettings = {}): Digesting {
  const thread = new DigestThread(settings);
  return {
    files: {
      ...installedFiles,
      digestEach: async (wanted) => await thread.digestEach(wanted),
    },
    expect: (files, bytes) => thread.expect(files, bytes),
    close: async () => await thread.close(),
  };
}

interface Question {
  readonly digests: (FileDigest | null)[];
  left: number;
  readonly resolve: (digests: readonly (FileDigest | null)[]) => void;
}

interface Batch {
  readonly question: Question;
  /** Of the question's files, the first one here. */
  readonly from: number;
  readonly wanted: readonly WantedDigest[];
  readonly cost: number;
  /** Under which the other thread was asked for it. */
  id: number | null;
}

class DigestThread {
  readonly #start: (work: DigestWork) => Worker;
  readonly #deadlineMs: number;
  readonly #worthBytes: number;
  #worker: Worker | null = null;
  #mayStart = true;
  #claims: Int32Array<SharedArrayBuffer> | null = null;
  #posted = 0;
  /** Asked for until now. */
  #cost = 0;
  /** Not begun here. */
  #open: Batch[] = [];
  /** Asked of the other thread, and neither answered nor begun here. */
  readonly #asked = new Map<number, Batch>();
  #isBusy = false;
  #timer: NodeJS.Timeout | null = null;

  constructor({
    start = (work): Worker => startBeside('digest-worker', work),
    deadlineMs = DIGEST_DEADLINE_MS,
    worthBytes = WORTH_BYTES,
  }: DigestSettings) {
    this.#start = start;
    this.#deadlineMs = deadlineMs;
    this.#worthBytes = worthBytes;
  }

  async digestEach(wanted: readonly WantedDigest[]): Promise<readonly (FileDigest | null)[]> {
    if (wanted.length === 0) return [];
    return await new Promise((resolve) => {
      const digests = wanted.map(() => null);
      const question: Question = { digests, left: wanted.length, resolve };
      for (let from = 0; from < wanted.length; from += BATCH_FILES) {
        const some = wanted.slice(from, from + BATCH_FILES);
        const batch = { question, from, wanted: some, cost: sum(some.map(costOf)), id: null };
        this.#cost += batch.cost;
        this.#open.push(batch);
        this.#share(batch);
      }
      this.#startFor(this.#cost);
      if (!this.#isBusy) void this.#work();
    });
  }

  expect(files: number, bytes: number): void {
    this.#startFor(files * costOf({ size: 0 }) + bytes);
  }

  #startFor(cost: number): void {
    if (cost < this.#worthBytes || !this.#mayStart) return;
    this.#mayStart = false; // once, however it goes
    try {
      const claims = new Int32Array(new SharedArrayBuffer(4 * MAX_BATCHES));
      const worker = this.#start({ claims });
      this.#claims = claims;
      this.#worker = worker;
      worker.unref();
      worker.on('message', (answer: DigestAnswer) => this.#hear(worker, answer));
      for (const end of ['error', 'messageerror', 'exit'] as const)
        worker.on(end, () => this.#lose(worker));
      for (const batch of this.#open) this.#share(batch);
    } catch {
      // As said: it is all done here then.
    }
  }

  async close(): Promise<void> {
    this.#mayStart = false;
    const worker = this.#worker;
    if (worker === null) return;
    this.#lose(worker);
    await worker.terminate();
  }

  /** Asks the other thread, too, for what nobody has begun. */
  #share(batch: Batch): void {
    if (this.#worker === null || batch.id !== null || this.#posted === MAX_BATCHES) return;
    batch.id = this.#posted;
    this.#posted += 1;
    this.#asked.set(batch.id, batch);
    this.#worker.postMessage(askFor(batch.id, batch.wanted), []);
  }

  /** Does what is left; from its end, since the other thread begins with what was asked first. */
  async #work(): Promise<void> {
    this.#isBusy = true;
    // Whoever asks for one distribution's files will soon ask for the next one's.
    await setImmediate();
    for (let batch = this.#open.pop(); batch !== undefined; batch = this.#open.pop()) {
      if (!this.#claim(batch)) continue;
      settle(batch, await digestInTurns(batch.wanted));
      await setImmediate();
    }
    this.#isBusy = false;
    this.#wait();
  }

  #claim({ id }: Batch): boolean {
    if (id === null || this.#claims === null) return true;
    if (!this.#asked.has(id)) return false;
    if (Atomics.compareExchange(this.#claims, id, FREE, CLAIMED_HERE) !== FREE) return false;
    return this.#asked.delete(id);
  }

  #hear(worker: Worker, answer: DigestAnswer): void {
    const batch = this.#asked.get(answer.batch);
    if (this.#worker !== worker || batch === undefined) return;
    if (answer.sizes.length !== batch.wanted.length) return this.#lose(worker);
    this.#asked.delete(answer.batch);
    settle(
      batch,
      batch.wanted.map((_, at) => digestAt(answer, at)),
    );
    if (!this.#isBusy) this.#wait();
  }

  /** For what the other thread has begun: as long as a slow disk takes, and no longer. */
  #wait(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const worker = this.#worker;
    if (worker === null || this.#asked.size === 0) return;
    const cost = sum([...this.#asked.values()].map((batch) => batch.cost));
    this.#timer = setTimeout(
      () => {
        this.#lose(worker);
        void worker.terminate();
      },
      this.#deadlineMs + cost / SLOWEST_BYTES_PER_MS,
    );
  }

  /** What was asked of it is done here. */
  #lose(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    this.#open = [...this.#open.filter(({ id }) => id === null), ...asked];
    for (const batch of asked) batch.id = null;
    if (!this.#isBusy) void this.#work();
  }
}

function settle({ question, from }: Batch, digests: readonly (FileDigest | null)[]): void {
  for (const [at, digest] of digests.entries()) question.digests[from + at] = digest;
  question.left -= digests.length;
  if (question.left === 0) question.resolve(question.digests);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

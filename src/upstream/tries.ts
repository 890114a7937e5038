// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { MAX_RETRY_AFTER_MS, OVERLOAD_WAITS_MS, RETRY_WAITS_MS } from '../core/limits.ts';
import { waitAfter, type TryCount } from '../core/tries.ts';
import { Ending } from './ending.ts';
import type { Headers } from './header-rules.ts';
import { LateWatch } from './late-watch.ts';
import type { Pace } from './pace.ts';
import type { Wait } from './settings.ts';

/** Statuses that another try may change; the second kind says that there is too much to do. */
const PASSING: ReadonlyMap<number, readonly number[]> = new Map([
  [502, RETRY_WAITS_MS],
  [504, RETRY_WAITS_MS],
  [429, OVERLOAD_WAITS_MS],
  [503, OVERLOAD_WAITS_MS],
]);

export interface TryRules {
  readonly maxTries: number;
  /** Tries made before count as well. */
  readonly count: TryCount;
  readonly wait: Wait;
  /** Ends the waiting; asked for only where there is some. */
  readonly signal: () => AbortSignal;
  /** How soon the server answers; takes how soon it did. */
  readonly pace: Pace;
  /** A late answer is asked for once more, beside what is still waited for. */
  readonly beside: boolean;
  readonly random?: () => number;
  readonly now?: () => number;
}

/** What one try is told. */
export interface Trying {
  /** Aborted when another try was answered first. */
  readonly signal: Ending;
  /** Another one went out before it. */
  readonly isFurther: boolean;
  /** To be called when the request goes out. */
  readonly sent: () => void;
}

interface Triable {
  readonly status: number;
  readonly headers: Headers;
  discard(): void;
}

/**
 * The first answer that another try would not change, or the last one.
 * @throws what `attempt` throws; a server that cannot be reached is tried again first.
 */
export async function tryRepeatedly<Answer extends Triable>(
  attempt: (trying: Trying) => Promise<Answer>,
  rules: TryRules,
): Promise<Answer> {
  return await new Tryout(attempt, rules).run();
}

/** Retry-After (RFC 9110 10.2.3), in seconds or as a date; 0 where it says nothing readable. */
export function retryAfterMs(headers: Headers, now: number): number {
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,9}$/u.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}

/** The default {@link Wait}; what came in while this process was busy is looked at before it ends. */
export function waitReally(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      setImmediate(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
    }, milliseconds);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Told to the waits of a tryout that is over. */
const OVER = new Error('another try was answered');

/** A try under way. */
interface Flight {
  readonly ending: Ending;
  readonly late: LateWatch;
}

/** What became of a try: an answer, or no connection to whoever should give one. */
type Outcome<Answer> = Answer | Refusal;

/** All tries of one ask. There is more than one at a time only where the one before is late. */
class Tryout<Answer extends Triable> {
  readonly #attempt: (trying: Trying) => Promise<Answer>;
  readonly #rules: TryRules;
  readonly #end = Promise.withResolvers<Answer>();
  readonly #ending = new Ending();
  readonly #flights = new Set<Flight>();
  #isPausing = false;
  #late = 0;

  constructor(attempt: (trying: Trying) => Promise<Answer>, rules: TryRules) {
    this.#attempt = attempt;
    this.#rules = rules;
  }

  async run(): Promise<Answer> {
    this.#begin();
    try {
      const answer = await this.#end.promise;
      for (const { late } of this.#flights) late.givenUp();
      return answer;
    } finally {
      this.#ending.abort(OVER);
      for (const { ending, late } of this.#flights) {
        late.stop();
        ending.abort(
          new Refusal('WP-UPSTREAM-UNREACHABLE', { message: 'another try was quicker' }),
        );
      }
    }
  }

  #begin(): void {
    const { count, pace, wait, beside, now } = this.#rules;
    count.made += 1;
    const onLate = beside ? (): void => this.#askBeside() : null;
    // The second one beside the others goes out later than the first did.
    const patience = 2 ** this.#late;
    const watch = { pace, wait, onLate, patience, ...(now === undefined ? {} : { now }) };
    const flight: Flight = { ending: new Ending(), late: new LateWatch(watch) };
    this.#flights.add(flight);
    void this.#follow(flight, count.made > 1);
  }

  async #follow(flight: Flight, isFurther: boolean): Promise<void> {
    const { ending, late } = flight;
    let outcome: Outcome<Answer>;
    try {
      outcome = await this.#attempt({ signal: ending, isFurther, sent: () => late.begin() });
      late.answered();
    } catch (thrown) {
      late.stop();
      if (!isUnreachable(thrown)) {
        this.#flights.delete(flight);
        this.#end.reject(thrown);
        return;
      }
      outcome = thrown;
    }
    this.#flights.delete(flight);
    this.#judge(outcome);
  }

  #judge(outcome: Outcome<Answer>): void {
    if (this.#ending.aborted) return discard(outcome);
    const waits = outcome instanceof Refusal ? RETRY_WAITS_MS : PASSING.get(outcome.status);
    if (waits === undefined) return this.#give(outcome);
    const asked = outcome instanceof Refusal ? 0 : retryAfterMs(outcome.headers, Date.now());
    const isLast = this.#isSpent && !this.#isPausing && this.#flights.size === 0;
    if (isLast || asked > MAX_RETRY_AFTER_MS) return this.#give(outcome);
    discard(outcome);
    if (!this.#isSpent && !this.#isPausing) void this.#again(waits, asked);
  }

  get #isSpent(): boolean {
    return this.#rules.count.made >= this.#rules.maxTries;
  }

  #give(outcome: Outcome<Answer>): void {
    // At once: an answer that comes in the same turn is judged before `run` goes on.
    this.#ending.abort(OVER);
    if (outcome instanceof Refusal) this.#end.reject(withTries(outcome, this.#rules.count.made));
    else this.#end.resolve(outcome);
  }

  async #again(waits: readonly number[], asked: number): Promise<void> {
    const { count, random, wait } = this.#rules;
    this.#isPausing = true;
    const outer = this.#rules.signal();
    try {
      const own = waitAfter(count.made, waits, random);
      await wait(Math.max(own, asked), AbortSignal.any([outer, this.#ending.signal()]));
    } catch {
      // Aborted; by whom is looked at next.
    }
    this.#isPausing = false;
    if (this.#ending.aborted) return;
    if (outer.aborted) this.#end.reject(outer.reason);
    else this.#begin();
  }

  #askBeside(): void {
    if (this.#isPausing || this.#isSpent) return;
    if (!this.#rules.pace.mayAskBeside()) return;
    this.#late += 1;
    this.#begin();
  }
}

function isUnreachable(thrown: unknown): thrown is Refusal {
  return thrown instanceof Refusal && thrown.code === 'WP-UPSTREAM-UNREACHABLE';
}

function discard(outcome: Triable | Refusal): void {
  if (!(outcome instanceof Refusal)) outcome.discard();
}

function withTries(refusal: Refusal, made: number): Refusal {
  const message = `${refusal.message} (${made === 1 ? '1 try' : `${made} tries`})`;
  return new Refusal(refusal.code, { message, hint: refusal.hint, cause: refusal.cause });
}

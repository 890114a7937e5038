// SPDX-License-Identifier: Apache-2.0
import { setTimeout as pass } from 'node:timers/promises';
import { Refusal } from '../core/errors.ts';
import { MAX_RETRY_AFTER_MS } from '../core/limits.ts';
import type { Headers } from './header-rules.ts';
import type { Wait } from './settings.ts';

/** Statuses that another try may change. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export interface TryRules {
  readonly maxTries: number;
  /** Before the second try, the third, …; the last one stays. */
  readonly waitsMs: readonly number[];
  readonly wait: Wait;
  /** Ends the waiting; asked for only where there is some. */
  readonly signal: () => AbortSignal;
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
  attempt: () => Promise<Answer>,
  rules: TryRules,
): Promise<Answer> {
  for (let made = 1; ; made += 1) {
    const isLast = made >= rules.maxTries;
    const outcome = await settle(attempt);
    if (outcome instanceof Refusal) {
      if (isLast) throw withTries(outcome, made);
      await waitBefore(made, 0, rules);
      continue;
    }
    const asked = PASSING.has(outcome.status) ? retryAfterMs(outcome.headers, Date.now()) : null;
    if (isLast || asked === null || asked > MAX_RETRY_AFTER_MS) return outcome;
    outcome.discard();
    await waitBefore(made, asked, rules);
  }
}

/** Retry-After (RFC 9110 10.2.3), in seconds or as a date; 0 where it says nothing readable. */
export function retryAfterMs(headers: Headers, now: number): number {
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,9}$/u.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}

/** The default {@link Wait}. */
export async function waitReally(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await pass(milliseconds, undefined, signal === undefined ? {} : { signal });
}

async function settle<Answer>(attempt: () => Promise<Answer>): Promise<Answer | Refusal> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof Refusal && error.code === 'WP-UPSTREAM-UNREACHABLE') return error;
    throw error;
  }
}

async function waitBefore(made: number, asked: number, rules: TryRules): Promise<void> {
  const own = rules.waitsMs[made - 1] ?? rules.waitsMs.at(-1) ?? 0;
  const signal = rules.signal();
  try {
    await rules.wait(Math.max(own, asked), signal);
  } finally {
    signal.throwIfAborted();
  }
}

function withTries(refusal: Refusal, made: number): Refusal {
  const message = `${refusal.message} (${made === 1 ? '1 try' : `${made} tries`})`;
  return new Refusal(refusal.code, { message, hint: refusal.hint, cause: refusal.cause });
}

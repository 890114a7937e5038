// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, vi } from 'vitest';
import { FakeTime } from '../../test/world/fake-time.ts';
import { Refusal } from '../core/errors.ts';
import { LATE_MS, LATE_REQUESTS, LATE_SAMPLES } from '../core/limits.ts';
import { Pace } from './pace.ts';
import { retryAfterMs, tryRepeatedly, waitReally, type Trying } from './tries.ts';

interface Answered {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly discard: () => void;
}

const never = () => new AbortController().signal;

function attempts(...outcomes: readonly (number | Refusal | readonly [number, string])[]) {
  const waits: number[] = [];
  const discarded: number[] = [];
  let made = 0;
  const attempt = () => {
    const outcome = outcomes[made++];
    if (outcome === undefined) throw new Error('tried too often');
    if (outcome instanceof Refusal) return Promise.reject(outcome);
    const [status, after] = typeof outcome === 'number' ? [outcome, undefined] : outcome;
    const headers: Record<string, string> = after === undefined ? {} : { 'retry-after': after };
    return Promise.resolve({ status, headers, discard: () => void discarded.push(status) });
  };
  const run = tryRepeatedly(attempt, {
    maxTries: 3,
    count: { made: 0 },
    wait: (milliseconds) => Promise.resolve(void waits.push(milliseconds)),
    signal: never,
    pace: new Pace(),
    beside: false,
    random: () => 0.5,
  });
  return { run, waits, discarded, made: () => made };
}

const gone = new Refusal('WP-UPSTREAM-UNREACHABLE', { message: 'x refused the connection' });

describe('tries', () => {
  it('end with the first answer', async () => {
    const { run, waits } = attempts(404);
    await expect(run).resolves.toMatchObject({ status: 404 });
    expect(waits).toEqual([]);
  });

  it('wait longer each time, and drop the answers in between', async () => {
    const { run, waits, discarded } = attempts(502, gone, 200);
    await expect(run).resolves.toMatchObject({ status: 200 });
    expect(waits).toEqual([50, 250]);
    expect(discarded).toEqual([502]);
  });

  it('leave more time to a server that has too much to do', async () => {
    const { run, waits } = attempts(503, 429, 200);
    await expect(run).resolves.toMatchObject({ status: 200 });
    expect(waits).toEqual([250, 1000]);
  });

  it('hand back the last 5xx answer, and tell how often nobody answered', async () => {
    await expect(attempts(502, 504, 503).run).resolves.toMatchObject({ status: 503 });
    await expect(attempts(gone, gone, gone).run).rejects.toMatchObject({
      code: 'WP-UPSTREAM-UNREACHABLE',
      message: 'x refused the connection (3 tries)',
    });
  });

  it('are one only where the failure is no network failure', async () => {
    const tls = new Refusal('WP-TLS', { message: 'expired' });
    const { run, made } = attempts(tls, 200);
    await expect(run).rejects.toBe(tls);
    expect(made()).toBe(1);
  });

  it('honour Retry-After up to a bound', async () => {
    const patient = attempts([429, '3'], 200);
    await patient.run;
    expect(patient.waits).toEqual([3000]);
    const hopeless = attempts([503, '3600'], 200);
    await expect(hopeless.run).resolves.toMatchObject({ status: 503 });
    expect(hopeless.waits).toEqual([]);
  });

  it('end when the waiting is aborted', async () => {
    const reason = new Error('enough');
    const attempt = vi.fn(() => Promise.reject(gone));
    const run = tryRepeatedly(attempt, {
      maxTries: 3,
      count: { made: 0 },
      wait: waitReally,
      signal: () => AbortSignal.abort(reason),
      pace: new Pace(),
      beside: false,
    });
    await expect(run).rejects.toBe(reason);
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  it('that were made before count as well', async () => {
    const attempt = vi.fn(() => Promise.reject(gone));
    const count = { made: 2 };
    const rules = { maxTries: 3, wait: async () => {}, signal: never, pace: new Pace() };
    const run = tryRepeatedly(attempt, { ...rules, count, beside: false });
    await expect(run).rejects.toMatchObject({ message: 'x refused the connection (3 tries)' });
    expect(attempt).toHaveBeenCalledTimes(1);
    expect(count.made).toBe(3);
  });
});

/** A server whose answers come when the test says so. */
function held({ beside = true, pace = usualPace(), made = 0 } = {}) {
  const time = new FakeTime();
  const tries: (PromiseWithResolvers<Answered> & Trying)[] = [];
  const discarded: number[] = [];
  const count = { made };
  const run = tryRepeatedly<Answered>(
    (trying) => {
      const answer = { ...Promise.withResolvers<Answered>(), ...trying };
      tries.push(answer);
      trying.sent();
      return answer.promise;
    },
    {
      maxTries: 3,
      count,
      wait: time.wait,
      now: time.now,
      signal: never,
      pace,
      beside,
      random: () => 0.5,
    },
  );
  const answer = (at: number, status: number, headers: Record<string, string> = {}): void =>
    tries[at]?.resolve({ status, headers, discard: () => void discarded.push(at) });
  const fail = (at: number): void => tries[at]?.reject(gone);
  return { run, time, tries, discarded, count, pace, answer, fail };
}

/** Of a server that answers after 100 ms. */
function usualPace(): Pace {
  const pace = new Pace();
  for (let known = 0; known < LATE_SAMPLES; known += 1) pace.answered(100);
  return pace;
}

describe('an answer that is late', () => {
  it('is asked for a second time beside the first, and whichever comes first is taken', async () => {
    const { run, time, tries, count, answer } = held();
    await time.pass(299);
    expect(tries).toHaveLength(1);
    await time.pass(1);
    expect(tries).toHaveLength(2);
    expect(count.made).toBe(2);
    answer(1, 200);
    await expect(run).resolves.toMatchObject({ status: 200 });
    expect(tries[0]?.signal.aborted).toBe(true);
    expect(tries[1]?.signal.aborted).toBe(false);
    expect(time.waiting).toBe(0);
  });

  it('may still come itself; the other one is dropped then', async () => {
    const { run, time, tries, discarded, answer } = held();
    await time.pass(300);
    answer(0, 404);
    await expect(run).resolves.toMatchObject({ status: 404 });
    expect(tries[1]?.signal.aborted).toBe(true);
    answer(1, 200);
    await time.pass(0);
    expect(discarded).toEqual([1]);
  });

  it('is dropped, too, where it comes in the same turn as the other one', async () => {
    const { run, time, discarded, answer } = held();
    await time.pass(300);
    answer(0, 404);
    answer(1, 200);
    await expect(run).resolves.toMatchObject({ status: 404 });
    await time.pass(0);
    expect(discarded).toEqual([1]);
  });

  it('is waited for where the second request fails, which is made up for by a third', async () => {
    const { run, time, tries, count, answer, fail } = held();
    await time.pass(300);
    fail(1);
    await time.pass(249);
    expect(tries).toHaveLength(2);
    await time.pass(1);
    expect(tries).toHaveLength(3);
    answer(0, 200);
    await expect(run).resolves.toMatchObject({ status: 200 });
    expect(count.made).toBe(3);
  });

  it('is no failure of the others, and all of them together have three tries', async () => {
    const { run, time, tries, fail } = held();
    await time.pass(300);
    fail(1);
    fail(0);
    await time.pass(10_000);
    expect(tries).toHaveLength(3);
    fail(2);
    await expect(run).rejects.toMatchObject({ message: 'x refused the connection (3 tries)' });
  });

  it('twice is asked for a third time, after twice as long, and then no more', async () => {
    const { run, time, tries, answer } = held();
    await time.pass(300 + 599);
    expect(tries).toHaveLength(2);
    await time.pass(1);
    expect(tries).toHaveLength(3);
    await time.pass(60_000);
    expect(tries).toHaveLength(3);
    answer(2, 200);
    await expect(run).resolves.toMatchObject({ status: 200 });
    expect(tries.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
  });

  it('is no reason to ask once more where a pause before another try has begun', async () => {
    const { run, time, tries, answer, fail } = held();
    await time.pass(300);
    fail(1);
    await time.pass(250);
    expect(tries).toHaveLength(3);
    await time.pass(60_000);
    expect(tries).toHaveLength(3);
    answer(2, 200);
    await run;
  });

  it('is waited for by whoever does not want it twice, or has no try left', async () => {
    for (const how of [{ beside: false }, { made: 2 }]) {
      const { run, time, tries, answer } = held(how);
      await time.pass(60_000);
      expect(tries).toHaveLength(1);
      answer(0, 200);
      await run;
    }
  });

  it('counts from when the request goes out, not while it waits for a connection', async () => {
    const time = new FakeTime();
    const sent: (() => void)[] = [];
    void tryRepeatedly<Answered>(
      async (trying) => {
        sent.push(trying.sent);
        return await new Promise(() => undefined);
      },
      {
        maxTries: 3,
        count: { made: 0 },
        wait: time.wait,
        now: time.now,
        signal: never,
        pace: usualPace(),
        beside: true,
      },
    );
    await time.pass(60_000);
    expect(sent).toHaveLength(1);
    sent[0]?.();
    await time.pass(300);
    expect(sent).toHaveLength(2);
  });

  it('is known as such as soon as others have told what is usual', async () => {
    const { run, time, tries, pace, answer } = held({ pace: new Pace() });
    await time.pass(1100);
    expect(tries).toHaveLength(1);
    for (let known = 0; known < LATE_SAMPLES; known += 1) pace.answered(10);
    await time.pass(LATE_MS.least);
    expect(tries).toHaveLength(2);
    answer(1, 200);
    await run;
  });

  it('counts with the time it was waited for, so that a server may become slower', async () => {
    const pace = usualPace();
    for (let round = 0; round < 4; round += 1) {
      const { run, time, answer } = held({ pace });
      await time.pass(pace.lateAfterMs());
      answer(1, 200);
      await run;
    }
    expect(pace.lateAfterMs()).toBe(900);
  });

  it('is one of few: a server that answers nobody in time is not asked twice as much', async () => {
    const pace = usualPace();
    const slow = Array.from({ length: 2 * LATE_REQUESTS.atOnce }, () => held({ pace, made: 1 }));
    for (const { time } of slow) await time.pass(60_000);
    const asked = slow.reduce((sum, { tries }) => sum + tries.length, 0);
    expect(asked).toBe(slow.length + LATE_REQUESTS.atOnce);
    for (const { answer, run } of slow) {
      answer(0, 200);
      await run;
    }
  });
});

describe('the pace of a server', () => {
  it('is not known from a few answers', () => {
    const pace = new Pace();
    expect(pace.lateAfterMs()).toBe(LATE_MS.most);
    for (let known = 1; known < LATE_SAMPLES; known += 1) pace.answered(1);
    expect(pace.lateAfterMs()).toBe(LATE_MS.most);
    pace.answered(1);
    expect(pace.lateAfterMs()).toBe(LATE_MS.least);
  });

  it('follows the usual answers, not the slowest, and forgets old ones', () => {
    const pace = new Pace();
    for (let known = 0; known < 10; known += 1) pace.answered(known === 0 ? 9000 : 200);
    expect(pace.lateAfterMs()).toBe(600);
    for (let known = 0; known < 40; known += 1) pace.answered(400);
    expect(pace.lateAfterMs()).toBe(1200);
    for (let known = 0; known < 40; known += 1) pace.answered(60_000);
    expect(pace.lateAfterMs()).toBe(LATE_MS.most);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    ['120', 120_000],
    ['Thu, 01 Jan 2026 00:00:05 GMT', 5000],
    ['Thu, 01 Jan 2020 00:00:05 GMT', 0],
    ['soon', 0],
    ['-5', 0],
    ['', 0],
  ])('%j is %i ms', (text, expected) => {
    expect(retryAfterMs({ 'retry-after': text }, now)).toBe(expected);
  });
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, vi } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { retryAfterMs, tryRepeatedly, waitReally } from './tries.ts';

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
    waitsMs: [250, 1000],
    wait: (milliseconds) => Promise.resolve(void waits.push(milliseconds)),
    signal: () => new AbortController().signal,
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
    const { run, waits, discarded } = attempts(503, gone, 200);
    await expect(run).resolves.toMatchObject({ status: 200 });
    expect(waits).toEqual([250, 1000]);
    expect(discarded).toEqual([503]);
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
      waitsMs: [60_000],
      wait: waitReally,
      signal: () => AbortSignal.abort(reason),
    });
    await expect(run).rejects.toBe(reason);
    expect(attempt).toHaveBeenCalledTimes(1);
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

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test, vi } from 'vitest';
import { Flights } from './flights.ts';

const down = new Error('down');

describe('what was sent ahead', () => {
  test('is taken by whoever asks, once', async () => {
    const flights = new Flights<string>();
    await flights.ahead('a', async () => 'ahead');
    expect(await flights.join('a', async () => 'asked')).toBe('ahead');
    expect(await flights.join('a', async () => 'asked')).toBe('asked');
  });

  test('is known to have been asked for, whoever sent it', async () => {
    const flights = new Flights<string>();
    await flights.ahead('a', async () => 'ahead');
    expect([flights.has('a'), flights.wasJoined('a')]).toEqual([true, false]);
    await flights.join('a', async () => 'asked');
    await flights.join('b', async () => 'asked');
    expect([flights.has('a'), flights.wasJoined('a')]).toEqual([false, true]);
    expect([flights.has('b'), flights.wasJoined('b')]).toEqual([false, true]);
  });

  test('and failed before anybody asked is no failure', async () => {
    const flights = new Flights<string>();
    expect(await flights.ahead('a', () => Promise.reject(down))).toBeNull();
    expect(await flights.join('a', async () => 'asked')).toBe('asked');
  });

  test('R10: and fails while it is waited for is not begun once more', async () => {
    const flights = new Flights<string>();
    const { promise, reject } = Promise.withResolvers<string>();
    const ahead = flights.ahead('a', () => promise);
    const begin = vi.fn(async () => 'asked');
    const asked = flights.join('a', begin);
    reject(down);
    await expect(asked).rejects.toBe(down);
    expect(await ahead).toBeNull();
    expect(begin).not.toHaveBeenCalled();
  });
});

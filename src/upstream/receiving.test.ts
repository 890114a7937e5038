// SPDX-License-Identifier: Apache-2.0
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { MIB } from '../core/limits.ts';
import { Receiving } from './receiving.ts';

function receive() {
  const carrier = { pause: vi.fn(), resume: vi.fn(), abort: vi.fn() };
  const rules = { headersTimeoutMs: 1e6, tooLate: () => new Error('late'), onSent: () => {} };
  const receiving = new Receiving(rules);
  receiving.head.catch(() => {});
  receiving.onRequestStart(carrier);
  receiving.onResponseStart(carrier, 103, {});
  receiving.onResponseStart(carrier, 200, { 'x-a': 'b' });
  const send = (bytes: Uint8Array): void => receiving.onResponseData(carrier, bytes);
  return { carrier, receiving, send };
}

test('every piece comes once, in its order, none joined; then the end', async () => {
  const { receiving, send } = receive();
  expect(await receiving.head).toEqual({ status: 200, headers: { 'x-a': 'b' } });
  const sent = [1, 2, 3].map((value) => Buffer.alloc(5, value));
  const first = receiving.next();
  for (const piece of sent) send(piece);
  receiving.onResponseEnd();
  const got = [await first, await receiving.next(), await receiving.next()];
  got.forEach((piece, index) => expect(piece).toBe(sent[index]));
  expect(await receiving.next()).toBeNull();
});

test('a reader that takes its time holds the sender back, one that never came sooner', async () => {
  const { carrier, receiving, send } = receive();
  const piece = Buffer.alloc(MIB / 4);
  send(piece);
  expect(carrier.pause).toHaveBeenCalledTimes(1);
  await receiving.next();
  expect(carrier.resume).toHaveBeenCalledTimes(1);
  for (let count = 0; count < 3; count += 1) send(piece);
  expect(carrier.pause).toHaveBeenCalledTimes(1);
  send(piece);
  expect(carrier.pause).toHaveBeenCalledTimes(2);
  for (let count = 0; count < 4; count += 1) await receiving.next();
  expect(carrier.resume).toHaveBeenCalledTimes(2);
});

test('so does one that is sent more pieces than it has time for, however small', async () => {
  const { carrier, receiving, send } = receive();
  for (let count = 0; count < 5_000; count += 1) send(Buffer.from('x'));
  expect(carrier.pause).toHaveBeenCalledTimes(1);
  for (let count = 0; count < 5_000; count += 1) await receiving.next();
  expect(carrier.resume).toHaveBeenCalledTimes(1);
});

test('an end before any status is none', async () => {
  const carrier = { pause: vi.fn(), resume: vi.fn(), abort: vi.fn() };
  const rules = { headersTimeoutMs: 1e6, tooLate: () => new Error('late'), onSent: () => {} };
  const receiving = new Receiving(rules);
  receiving.onRequestStart(carrier);
  receiving.onResponseStart(carrier, 103, {});
  receiving.onResponseEnd();
  await expect(receiving.head).rejects.toMatchObject({ code: 'WP_BROKEN_STREAM' });
});

test('what came before a failure comes first; then the failure, to whoever asks next', async () => {
  const { carrier, receiving, send } = receive();
  const over = vi.fn();
  receiving.whenOver(over);
  const first = receiving.next();
  send(Buffer.from('abc'));
  receiving.onResponseError(carrier, new Error('reset'));
  receiving.onResponseEnd();
  expect(Buffer.from((await first) ?? []).toString()).toBe('abc');
  await expect(receiving.next()).rejects.toThrow('reset');
  expect(receiving.isOurEnd).toBe(false);
  expect(over).toHaveBeenCalledTimes(1);
});

test('what is ended from our side ends its connection, also before there is one', async () => {
  const { carrier, receiving } = receive();
  const waiting = receiving.next();
  const reason = new Error('enough');
  receiving.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  expect(carrier.abort).toHaveBeenCalledWith(reason);
  expect(receiving.isOurEnd).toBe(true);

  const early = new Receiving({ headersTimeoutMs: 1e6, tooLate: () => reason, onSent: () => {} });
  early.abort(reason);
  await expect(early.head).rejects.toBe(reason);
  early.onRequestStart(carrier);
  expect(carrier.abort).toHaveBeenCalledTimes(2);
});

test('it is over once nothing waits to be read, or nobody wants it', async () => {
  for (const drop of [false, true]) {
    const { receiving, send } = receive();
    const over = vi.fn();
    receiving.whenOver(over);
    send(Buffer.from('abc'));
    receiving.onResponseEnd();
    await turn();
    expect(over).not.toHaveBeenCalled();
    if (drop) receiving.drop();
    else receiving.atHand();
    expect(over).toHaveBeenCalledTimes(1);
  }
});

// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { UpstreamAsk } from '../core/upstream.ts';
import { witnessClock } from './witnessed-clock.ts';

const NOW = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

async function* nothing(): AsyncIterable<Uint8Array> {
  yield new Uint8Array();
}

async function hear(url: string, ...dates: readonly string[]) {
  const notes: string[] = [];
  let count = 0;
  const upstream = {
    request: async (ask: UpstreamAsk) => {
      const date = dates[count] ?? '';
      count += 1;
      return { status: 200, headers: { date }, url: ask.url, body: nothing() };
    },
    close: async () => undefined,
  };
  const witnessed = witnessClock({ now: () => NOW }, upstream, (note) => notes.push(note));
  for (const _ of dates) {
    await witnessed.upstream.request({
      url,
      method: 'GET',
      headers: {},
      maxBytes: 1,
      redirects: 'follow',
    });
  }
  return { now: witnessed.now(), notes };
}

const at = (offset: number): string => new Date(NOW + offset).toUTCString();
const PLACE = 'https://index.test/simple/';

test('a later time that a server tells is the time, and the difference is told once', async () => {
  const { now, notes } = await hear(PLACE, at(6 * MINUTE), at(60 * MINUTE), at(-MINUTE));
  expect(now).toBe(NOW + 60 * MINUTE);
  expect(notes).toEqual([
    "this machine's clock says 2026-01-01 00:00, index.test says 2026-01-01 00:06: check the clock",
  ]);
});

test('an earlier time changes nothing, but is told', async () => {
  const { now, notes } = await hear(PLACE, at(-365 * 24 * 60 * MINUTE));
  expect(now).toBe(NOW);
  expect(notes).toHaveLength(1);
});

test('a few minutes are no news', async () => {
  expect(await hear(PLACE, at(4 * MINUTE))).toEqual({ now: NOW + 4 * MINUTE, notes: [] });
});

test('neither nonsense nor plain http bears witness', async () => {
  expect(await hear(PLACE, 'tomorrow', '')).toEqual({ now: NOW, notes: [] });
  expect(await hear('http://index.test/', at(60 * MINUTE))).toEqual({ now: NOW, notes: [] });
});

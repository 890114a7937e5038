// SPDX-License-Identifier: Apache-2.0
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WheelFiles } from '../core/host.ts';
import { MAX_KEPT_WHEEL_MEMBERS } from '../core/limits.ts';
import type { Receipt } from '../core/verification.ts';
import type { GatewayEvent } from '../gateway/index.ts';
import { UnpackingTime } from './unpacking-time.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

function receipt(name: string, changes: Partial<Receipt> = {}): Receipt {
  const filename = `${name}-1.0-py3-none-any.whl`;
  const url = `https://files.test/${filename}`;
  return {
    artifact: {
      index: 'i',
      project: name,
      version: '1.0',
      filename,
      kind: 'wheel',
      url,
      listed: null,
    },
    sha256: name,
    size: 1,
    at: 0,
    asked: true,
    decision: { verdict: 'first-seen', reasons: [], findings: [], notes: [] },
    ...changes,
  };
}

function wheelOf(members: number): WheelFiles {
  return {
    distInfo: 'x-1.0.dist-info',
    members: Array.from({ length: members }, (_, at) => ({
      path: `${at}.py`,
      size: 10,
      sha256: null,
    })),
    commands: new Set(),
    read: async () => new Uint8Array(),
  };
}

const ASKED: GatewayEvent = {
  event: 'request',
  kind: 'file',
  method: 'GET',
  url: 'https://files.test/x.whl',
  status: 200,
};

function scene(receipts: readonly Receipt[], members: (name: string) => number | null = () => 2) {
  const opened: string[] = [];
  const expected: string[] = [];
  const time = new UnpackingTime({
    receipts: () => receipts,
    async openWheel(sha256) {
      opened.push(sha256);
      if (sha256 === 'damaged') throw new Error('damaged');
      const count = members(sha256);
      return count === null ? null : wheelOf(count);
    },
    expect: (files, bytes) => void expected.push(`${files} ${bytes}`),
  });
  const quiet = async (): Promise<void> => {
    time.heard(ASKED);
    vi.runAllTimers();
    for (let turn = 0; turn < 50; turn += 1) await setImmediate();
  };
  const open = (name: string) => time.openWheel(name, `${name}-1.0-py3-none-any.whl`);
  return { time, opened, expected, quiet, open };
}

test('each wheel that was handed on is opened once, when no more files are asked for', async () => {
  const { time, opened, expected, quiet, open } = scene([receipt('a'), receipt('b')]);
  time.heard(ASKED);
  vi.advanceTimersByTime(50);
  time.heard(ASKED);
  vi.advanceTimersByTime(50);
  expect(opened).toEqual([]);
  await quiet();
  await quiet();
  expect(opened).toEqual(['a', 'b']);
  expect(expected).toEqual(['2 20', '4 40']);
  expect((await open('a'))?.members).toHaveLength(2);
  expect(opened).toEqual(['a', 'b']);
  await open('c');
  expect(opened).toEqual(['a', 'b', 'c']);
});

test('whoever fetches again is served first', async () => {
  const { time, opened } = scene([receipt('a'), receipt('b')], (name) => {
    if (name === 'a') time.heard(ASKED);
    return 2;
  });
  const pass = async (milliseconds: number): Promise<void> => {
    vi.advanceTimersByTime(milliseconds);
    for (let turn = 0; turn < 50; turn += 1) await setImmediate();
  };
  time.heard(ASKED);
  await pass(60);
  expect(opened).toEqual(['a']);
  await pass(60);
  expect(opened).toEqual(['a', 'b']);
});

test('of what was refused, not asked for or is no wheel, nothing is opened', async () => {
  const decision = { verdict: 'refused', reasons: [], findings: [], notes: [] } as const;
  const sdist = { ...receipt('d').artifact, filename: 'd-1.0.tar.gz' };
  const { opened, quiet } = scene([
    receipt('a', { asked: false }),
    receipt('b', { sha256: null }),
    receipt('c', { decision }),
    receipt('d', { artifact: sdist }),
  ]);
  await quiet();
  expect(opened).toEqual([]);
});

test('what could not be opened is asked for again', async () => {
  const { opened, quiet, open } = scene([receipt('gone'), receipt('damaged')], () => null);
  await quiet();
  expect(opened).toEqual(['gone', 'damaged']);
  expect(await open('gone')).toBeNull();
  await expect(open('damaged')).rejects.toThrow('damaged');
  expect(opened).toEqual(['gone', 'damaged', 'gone', 'damaged']);
});

test('no more is kept than a bound', async () => {
  const { opened, expected, quiet, open } = scene(
    [receipt('a'), receipt('large'), receipt('b')],
    (name) => (name === 'large' ? MAX_KEPT_WHEEL_MEMBERS : 1),
  );
  await quiet();
  expect(opened).toEqual(['a', 'large']);
  // Much is to be compared all the same.
  expect(expected.at(-1)).toBe(`${MAX_KEPT_WHEEL_MEMBERS + 1} ${10 * MAX_KEPT_WHEEL_MEMBERS + 10}`);
  await open('a');
  await open('large');
  expect(opened).toEqual(['a', 'large', 'large']);
});

test('nothing is opened when it is over, or for other requests', async () => {
  const { time, opened, quiet } = scene([receipt('a')]);
  time.heard({ ...ASKED, kind: 'page' });
  vi.runAllTimers();
  await setImmediate();
  expect(opened).toEqual([]);
  time.heard(ASKED);
  time.close();
  await quiet();
  expect(opened).toEqual([]);
});

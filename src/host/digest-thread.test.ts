// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import type { WantedDigest } from '../core/host.ts';
import type { DigestWork } from './digest-protocol.ts';
import { openDigesting, type Digesting, type DigestSettings } from './digest-thread.ts';
import { digestNow } from './file-digest.ts';
import { scratch, write } from './scratch.test-support.ts';

function open(settings: DigestSettings): Digesting {
  const digesting = openDigesting(settings);
  onTestFinished(() => digesting.close());
  return digesting;
}

/** A thousand files, and whatever else may lie in an environment. */
async function wanted(): Promise<readonly WantedDigest[]> {
  const folder = await scratch();
  const all: WantedDigest[] = [];
  for (let at = 0; at < 1000; at += 1) {
    const path = await write(join(folder, `${at % 7}`, `${at}.py`), `${at}`.repeat(at));
    all.push({ path, size: at % 5 === 0 ? null : `${at}`.length * at + Number(at % 11 === 0) });
  }
  spawnSync('mkfifo', [join(folder, 'pipe')]);
  await symlink('/dev/zero', join(folder, 'device'));
  await symlink('0/7.py', join(folder, 'link'));
  await write(join(folder, 'large'), 'large'.repeat(500_000));
  for (const name of ['pipe', 'device', 'link', 'absent', 'large', 'a\0b', 'n\u00e4her', '\ud800'])
    all.splice(all.length / 2, 0, { path: join(folder, name), size: null });
  return all;
}

/** Threads that do what they are told, in words of JavaScript; `started` lists them. */
function telling(code: string) {
  const started: Worker[] = [];
  const start = (workerData: DigestWork): Worker => {
    const text = `const { parentPort, workerData: { claims } } = require('node:worker_threads');\n${code}`;
    const worker = new Worker(text, { eval: true, workerData });
    started.push(worker);
    return worker;
  };
  return { start, started };
}

const CLAIM = 'Atomics.compareExchange(claims, batch, 0, 1) === 0';

it('finds on two threads what one finds', async () => {
  const asked = await wanted();
  const { files, expect: announce } = open({ worthBytes: 1 });
  announce(asked.length, 0);
  const expected = asked.map(digestNow);
  expect(await files.digestEach(asked)).toEqual(expected);
  // Of many distributions at a time, one after the other begun.
  const parts = asked.map((_, at) => asked.slice(at * 10, at * 10 + 10));
  const found = await Promise.all(parts.map(async (part) => await files.digestEach(part)));
  expect(found.flat()).toEqual(expected);
  expect(await files.digestEach([])).toEqual([]);
});

it('starts no thread for little, and one for much', async () => {
  const asked = await wanted();
  const { start, started } = telling('');
  const { files, expect: announce } = open({ start });
  announce(100, 1000);
  await files.digestEach(asked.slice(0, 100));
  expect(started).toHaveLength(0);
  announce(100_000, 0);
  announce(100_000, 0);
  expect(started).toHaveLength(1);
});

it('lets the other thread do its part', async () => {
  const asked = await wanted();
  // Whatever is asked of it is taken, and answered in its own way: the answers are used.
  const { start } = telling(`parentPort.on('message', ({ batch, paths }) => {
    if (${CLAIM})
      parentPort.postMessage({
        batch, sizes: paths.map(() => 7), sha256: paths.map(() => 'there')
      });
  });
  parentPort.postMessage({ batch: 9999, sizes: [], sha256: [] });`);
  const { files, expect: announce } = open({ start, worthBytes: 1 });
  announce(1, 1);
  const expected = asked.map(digestNow);
  await expect
    .poll(async () => (await files.digestEach(asked)).filter((one) => one?.sha256 === 'there'))
    .not.toEqual([]);
  const found = await files.digestEach(asked);
  for (const [at, one] of found.entries())
    if (one?.sha256 !== 'there') expect(one).toEqual(expected[at]);
});

it.each([
  ['ends at once', 'process.exit(3)'],
  ['throws at once', "throw new Error('no')"],
  ['never listens', 'for (;;);'],
  ['claims and ends', `parentPort.on('message', ({ batch }) => { ${CLAIM}; process.exit(0) })`],
  ['claims and throws', `parentPort.on('message', ({ batch }) => { ${CLAIM}; throw 1 })`],
  ['claims and hangs', `parentPort.on('message', ({ batch }) => { if (${CLAIM}) for (;;); })`],
  ['claims all and is silent', `parentPort.on('message', ({ batch }) => { ${CLAIM} })`],
  ['claims all before it is asked', 'claims.fill(1); parentPort.on("message", () => {})'],
  [
    'sends what cannot be read',
    `parentPort.on('message', ({ batch }) => {
      ${CLAIM};
      const { port1 } = new MessageChannel();
      parentPort.postMessage(port1, [port1]);
      process.exit(1);
    })`,
  ],
])('does all alone where the other one %s', async (_, code) => {
  const asked = await wanted();
  const { start } = telling(code);
  const { files, expect: announce } = open({ start, worthBytes: 1, deadlineMs: 100 });
  announce(1, 1);
  const expected = asked.map(digestNow);
  expect(await files.digestEach(asked)).toEqual(expected);
  expect(await files.digestEach(asked)).toEqual(expected);
});

it('does all alone where no thread can be started, and after it was closed', async () => {
  const asked = await wanted();
  const expected = asked.map(digestNow);
  const start = (): Worker => {
    throw new Error('no threads left');
  };
  const without = open({ start, worthBytes: 1 });
  expect(await without.files.digestEach(asked)).toEqual(expected);
  const closed = open({ worthBytes: 1 });
  const asking = closed.files.digestEach(asked);
  await closed.close();
  expect(await asking).toEqual(expected);
  expect(await closed.files.digestEach(asked)).toEqual(expected);
});

it('takes files that vanish meanwhile for files that are not there', async () => {
  const asked = await wanted();
  const { files } = open({ worthBytes: 1 });
  const asking = files.digestEach(asked);
  for (const { path } of asked.slice(0, 500)) await rm(path, { force: true });
  const found = await asking;
  const expected = asked.map(digestNow);
  for (const [at, one] of found.entries())
    if (expected[at] !== null) expect(one).toEqual(expected[at]);
});

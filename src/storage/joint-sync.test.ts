// SPDX-License-Identifier: Apache-2.0
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { JointSync } from './joint-sync.ts';

/** A folder whose syncs end when they are told to; each notes what had been written when it began. */
function folder() {
  const held: { readonly seen: number; readonly end: (error?: Error) => void }[] = [];
  let written = 0;
  const joint = new JointSync(() => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const end = (error?: Error): void => (error === undefined ? resolve() : reject(error));
    held.push({ seen: written, end });
    return promise;
  });
  return { joint, held, write: () => ++written };
}

test('a sync that has begun does not count for what is written after; the next one counts for all', async () => {
  const { joint, held, write } = folder();
  write();
  const first = joint.sync('/a');
  await turn();
  write();
  const second = joint.sync('/a');
  write();
  const third = joint.sync('/a');
  await turn();
  expect(held.map(({ seen }) => seen)).toEqual([1]);
  held[0]?.end();
  await first;
  await turn();
  expect(held.map(({ seen }) => seen)).toEqual([1, 3]);
  held[1]?.end();
  await Promise.all([second, third]);
});

test('a failure is told to those who waited for that sync, and to no other', async () => {
  const { joint, held } = folder();
  const first = joint.sync('/a');
  await turn();
  const second = joint.sync('/a');
  held[0]?.end(new Error('EIO'));
  await expect(first).rejects.toThrow('EIO');
  await turn();
  held[1]?.end();
  await second;
});

test('folders do not wait for each other', async () => {
  const { joint, held } = folder();
  const all = [joint.sync('/a'), joint.sync('/b')];
  await turn();
  expect(held).toHaveLength(2);
  for (const one of held) one.end();
  await Promise.all(all);
});

// SPDX-License-Identifier: Apache-2.0
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Judged } from './hostile-signatures.test-support.ts';

const CHILD = path.join(import.meta.dirname, 'hostile-signatures.test-support.ts');

test('hostile armour, keyrings and lists vouch for nothing, and end within a second and 64 MiB (I15)', async () => {
  const child = fork(CHILD, ['judge-hostile'], { execArgv: [] });
  const [judged]: readonly [readonly Judged[]] = await Promise.race([
    once(child, 'message').then(([message]): [readonly Judged[]] => [message]),
    once(child, 'exit').then(([code]): never => {
      throw new Error(`it fell over with ${code}`);
    }),
  ]);
  expect(judged.length).toBeGreaterThan(25);
  const amiss = judged.filter(
    ({ state, milliseconds, mebibytes }) =>
      state === 'vouched' || milliseconds > 1000 || mebibytes > 64,
  );
  expect(amiss).toEqual([]);
}, 60_000);

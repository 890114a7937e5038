// SPDX-License-Identifier: Apache-2.0
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, test } from 'vitest';
import { HOSTILE, type Judged } from './hostile-provenance.test-support.ts';

const CHILD = path.join(import.meta.dirname, 'hostile-provenance.test-support.ts');

test('hostile evidence fails with a code, within a second and 64 MiB (H24)', async () => {
  const child = fork(CHILD, ['judge-hostile'], { execArgv: [] });
  const [judged]: readonly [readonly Judged[]] = await Promise.race([
    once(child, 'message').then(([message]): [readonly Judged[]] => [message]),
    once(child, 'exit').then(([code]): never => {
      throw new Error(`it fell over with ${code}`);
    }),
  ]);
  expect(judged.map(({ name }) => name)).toEqual(Object.keys(HOSTILE));
  const amiss = judged.filter(
    ({ state, code, milliseconds, mebibytes }) =>
      state !== 'failed' ||
      code?.startsWith('WP-ATTESTATION-') !== true ||
      milliseconds > 1000 ||
      mebibytes > 64,
  );
  expect(amiss).toEqual([]);
});

// SPDX-License-Identifier: Apache-2.0
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWheelKeeping } from './wheel-keeping.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wheelproof-keeping-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const places = () => ({
  lasting: join(root, 'uv'),
  runs: join(root, 'uv-runs'),
  kept: join(root, 'uv-kept'),
  list: join(root, 'kept'),
});

test('of what stays between runs, a run gets folders alone', async () => {
  const { lasting } = places();
  mkdirSync(join(lasting, 'simple-v1'), { recursive: true, mode: 0o700 });
  mkdirSync(join(lasting, 'wheels-v8'));
  writeFileSync(join(lasting, 'simple-v2'), '');
  symlinkSync('/nowhere', join(lasting, 'interpreter-v1'));
  symlinkSync(join(lasting, 'simple-v1'), join(lasting, 'interpreter-v2'));
  const keeping = await openWheelKeeping(places());
  expect(readdirSync(keeping.cacheDirectory)).toEqual(['simple-v1']);
  mkdirSync(join(keeping.cacheDirectory, 'interpreter-v1'));
  await keeping.close();
  expect(readdirSync(places().runs)).toEqual([]);
  expect(lstatSync(join(lasting, 'simple-v1')).isDirectory()).toBe(true);
});

test('a run leaves nothing behind that could not begin', async () => {
  writeFileSync(places().list, '', { mode: 0o600 });
  await expect(openWheelKeeping(places())).rejects.toMatchObject({ code: 'WP-STATE-DAMAGED' });
  mkdirSync(places().runs, { recursive: true });
  expect(readdirSync(places().runs)).toEqual([]);
});

test('a cache that is gone at the end is none of the run', async () => {
  const keeping = await openWheelKeeping(places());
  const none = () => Promise.reject(new Error('not asked'));
  keeping.over(
    { page: none, file: none, sidecar: none },
    {
      verifier: { foretell: none, file: none, receipts: () => [] },
      blobs: { has: none },
      note: () => undefined,
    },
  );
  rmSync(keeping.cacheDirectory, { recursive: true });
  await keeping.ended();
  await keeping.acknowledge([]);
  keeping.keep([]);
  await keeping.close();
  expect(readdirSync(places().runs)).toEqual([]);
});

// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheDirectoryOf, dropCacheApart, targetsOf } from './private-cache.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'wheelproof-cache-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const ownerOf = (keepsApart?: true) => ({
  environment: { HOME: home },
  policy: { digest: 'd'.repeat(64) },
  installer: { name: 'uv' },
  intent: {
    targets: [],
    passingEnvironments: 'archive-v0',
    ...(keepsApart === undefined ? {} : { keepsApart }),
  },
});

test('a cache lasts, but for one that is a single run’s', async () => {
  const [lasting, apart] = [ownerOf(), ownerOf(true)];
  const folders = [lasting, apart].map(cacheDirectoryOf);
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  expect(new Set(folders).size).toBe(2);
  for (const owner of [lasting, apart]) await dropCacheApart(owner);
  expect(folders.map((folder) => existsSync(folder))).toStrictEqual([true, false]);
  expect(targetsOf(apart)).toStrictEqual([
    { kind: 'environments', path: join(cacheDirectoryOf(apart), 'archive-v0') },
  ]);
});

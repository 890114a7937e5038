// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { thisMachine } from '../../src/host/index.ts';
import { createPinReader, releasesIn } from '../../src/lockfiles/index.ts';
import { compare, EXPORTERS, exportWith } from '../lockfiles/exporters.ts';

exportWith(inject('callersEnvironment'));

const LOCK = join(import.meta.dirname, '../../../shared/data/locks/uv.lock');
const isThere = existsSync(LOCK);

test.runIf(process.env['CI'] !== undefined)('the real lock file is there', () => {
  expect(isThere).toBe(true);
});

/** The smallest of what `npm run lockfiles` compares. */
test.skipIf(!isThere)('a lock file is read as its own tool exports it', async () => {
  const [uv] = EXPORTERS;
  const reader = createPinReader((path) => thisMachine.readText(path));
  const list = async (path: string): Promise<string> => {
    const asked = { path, directory: dirname(path), environment: {}, constraint: false };
    return JSON.stringify(releasesIn((await reader.readFile(asked)).packages));
  };
  if (uv === undefined) throw new Error('there is no exporter');
  const wanted = { name: 'built-by-uv', dependencies: [], groups: ['dev'], index: null };
  const compared = await compare(uv, { of: 'uv.lock', lock: LOCK, wanted }, list);
  expect(compared).toMatchObject({ releases: 8, hashes: 16, differences: [] });
});

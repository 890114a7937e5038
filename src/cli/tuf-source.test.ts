// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openTufSource } from './tuf-source.ts';

it('a folder that is not there is no repository without files', async () => {
  const root = mkdtempSync(join(tmpdir(), 'tuf-source-'));
  const ask = async (folder: string): Promise<Uint8Array | null> =>
    await openTufSource(folder, {}).ask('timestamp.json', 100);
  expect(await ask(root)).toBeNull();
  rmSync(root, { recursive: true });
  await expect(ask(root)).rejects.toMatchObject({
    code: 'WP-USAGE',
    message: expect.stringContaining('is not there'),
  });
});

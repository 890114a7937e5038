// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openStagedFolder } from '../../src/storage/index.ts';
import { TufClient } from '../../src/tuf/index.ts';
import { TufStore } from '../world/tuf-repository.ts';

const ground = mkdtempSync(join(tmpdir(), 'tuf-publish-'));
afterAll(() => rmSync(ground, { recursive: true }));

const program = join(import.meta.dirname, 'tuf-publisher.ts');
const PATH = 'packages/a/a-1.tar.gz';

function run(folder: string, work: string, last: number) {
  const words = [program, folder, work, String(last)];
  return spawnSync(process.execPath, words, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** @returns whether the path is vouched for. Throws whatever a client refuses. */
async function sees(folder: string, store: TufStore): Promise<boolean> {
  const files = await openStagedFolder(folder);
  const root = await files.read('1.root.json');
  if (root !== null && (await store.load('root')) === null) await store.save('root', root);
  const source = { fetch: async (name: string) => await files.read(name) };
  const client = await TufClient.open({ source, store, now: Date.now() });
  await client.refresh();
  return (await client.findTarget(PATH)) !== null;
}

describe('SIGKILL at every write', () => {
  it.each(['publish', 'rotate'])('of %s leaves a repository that clients read', async (work) => {
    const begin = join(ground, `${work}-begin`);
    expect(run(begin, 'create', 0).status).toBe(0);
    const whole = join(ground, `${work}-whole`);
    cpSync(begin, whole, { recursive: true });
    const writes = Number(run(whole, work, 0).stdout);
    expect(writes).toBeGreaterThan(5);
    for (let last = 1; last <= writes; last++) {
      const folder = join(ground, `${work}-${last}`);
      cpSync(begin, folder, { recursive: true });
      expect(run(folder, work, last).signal).toBe('SIGKILL');
      const store = new TufStore();
      await sees(folder, store);
      const again = run(folder, work, 0);
      expect([last, again.stderr, again.status]).toEqual([last, '', 0]);
      expect(await sees(folder, store)).toBe(work === 'publish');
    }
  });
});

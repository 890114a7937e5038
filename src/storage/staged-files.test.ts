// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStagedFolder, placeFile } from './staged-files.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'staged-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = Buffer.from('bytes');

describe('a staged folder', () => {
  it('shows a file only once it is committed, and whole', async () => {
    const files = await openStagedFolder(join(folder, 'new'));
    const many = Array.from({ length: 40 }, (_, place) => ({ name: `${place}.json`, bytes }));
    await files.stage(many);
    expect(await files.read('7.json')).toBeNull();
    expect(await files.list()).toContain('7.json.new');
    await files.commit(many.map(({ name }) => name));
    await files.sync();
    expect(await files.read('7.json')).toEqual(bytes);
    expect(await files.list()).toHaveLength(40);
    expect(await files.changedAt('7.json')).toBeGreaterThan(0);
    await files.remove('7.json');
    expect(await files.changedAt('7.json')).toBeNull();
  });

  it('says what the disk would not do', async () => {
    const files = await openStagedFolder(folder);
    await expect(files.commit(['absent'])).rejects.toMatchObject({ class: 'E-STATE' });
    const below = openStagedFolder(join(folder, 'x', 'y'));
    await expect(below).resolves.toBeDefined();
  });
});

describe('placeFile', () => {
  it('makes the folders on the way', async () => {
    await placeFile(folder, 'a/b/c.txt', bytes);
    expect(readFileSync(join(folder, 'a', 'b', 'c.txt'))).toEqual(bytes);
    expect(existsSync(join(folder, 'a', 'b', 'c.txt.new'))).toBe(false);
  });
});

// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KIB, MIB } from '../core/limits.ts';
import { digestInTurns, digestNow } from './file-digest.ts';
import { scratch, write } from './scratch.test-support.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

it('digests files of any length, each way alike', async () => {
  const folder = await scratch();
  const lengths = [0, 1, 64 * KIB, MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB + 7, 33 * MIB];
  const wanted = [];
  const expected = [];
  for (const length of lengths) {
    const bytes = Buffer.alloc(length, `${length} `);
    const path = join(folder, String(length));
    await writeFile(path, bytes);
    wanted.push({ path, size: length }, { path, size: null });
    const digest = { size: length, sha256: sha256(bytes) };
    expected.push(digest, digest);
  }
  expect(wanted.map(digestNow)).toEqual(expected);
  // Two at a time: what one is read into is not the other's.
  expect(await Promise.all([digestInTurns(wanted), digestInTurns(wanted)])).toEqual([
    expected,
    expected,
  ]);
});

it('does not read a file of another size', async () => {
  const path = await write(join(await scratch(), 'a'), 'four');
  expect(digestNow({ path, size: 5 })).toEqual({ size: 4, sha256: null });
  expect(digestNow({ path, size: 0 })).toEqual({ size: 4, sha256: null });
});

it('takes nothing but regular files, and waits for none', async () => {
  const folder = await scratch();
  await mkdir(join(folder, 'folder'));
  spawnSync('mkfifo', [join(folder, 'pipe')]);
  await symlink('/dev/zero', join(folder, 'device'));
  await symlink('pipe', join(folder, 'to-pipe'));
  await symlink('round', join(folder, 'round'));
  await symlink('nowhere', join(folder, 'dangling'));
  const names = ['folder', 'pipe', 'device', 'to-pipe', 'round', 'dangling', 'absent', 'absent/x'];
  for (const name of [...names, 'a\0b', 'x'.repeat(300)]) {
    const path = join(folder, name);
    expect([name, digestNow({ path, size: null })]).toEqual([name, null]);
    expect([name, digestNow({ path, size: 4 })]).toEqual([name, null]);
  }
});

it('follows a link to a file', async () => {
  const folder = await scratch();
  await write(join(folder, 'a'), 'four');
  await symlink('a', join(folder, 'b'));
  const digest = { size: 4, sha256: sha256(Buffer.from('four')) };
  expect(digestNow({ path: join(folder, 'b'), size: 4 })).toEqual(digest);
});

it('is no way round permissions', async ({ skip }) => {
  skip(process.getuid?.() === 0, 'root may read everything');
  const path = await write(join(await scratch(), 'a'), 'four');
  await chmod(path, 0);
  expect(digestNow({ path, size: 4 })).toEqual({ size: 0, sha256: null });
});

it('does not take what cannot be opened for gone', async () => {
  const folder = await scratch();
  const path = await write(join(folder, 'a'), 'four');
  const program = `
    import { openSync } from 'node:fs';
    const { digestNow } = await import(${JSON.stringify(import.meta.resolve('./file-digest.ts'))});
    const paths = ${JSON.stringify([path, join(folder, 'absent')])};
    let left = true;
    while (left) try { openSync('/dev/null') } catch { left = false }
    process.stdout.write(JSON.stringify(paths.map((path) => digestNow({ path, size: null }))));`;
  const command = `ulimit -n 64; exec "$0" --input-type=module --eval "$1"`;
  const ended = spawnSync('sh', ['-c', command, process.execPath, program], { encoding: 'utf8' });
  const unreadable = { size: 0, sha256: null };
  expect(ended).toMatchObject({ stdout: JSON.stringify([unreadable, unreadable]) });
});

it('answers in the order of the questions', async () => {
  const folder = await scratch();
  const texts = new Map<string, string>();
  for (let at = 0; at < 40; at += 1) {
    const path = await write(join(folder, `${at}`), 'x'.repeat(at));
    texts.set(path, 'x'.repeat(at));
  }
  const paths = fc.constantFrom(...texts.keys(), join(folder, 'absent'));
  const one = fc.record({ path: paths, size: fc.option(fc.nat({ max: 40 })) });
  await fc.assert(
    fc.asyncProperty(fc.array(one), async (wanted) => {
      const found = await digestInTurns(wanted);
      expect(found).toEqual(wanted.map(digestNow));
      for (const [at, { path, size }] of wanted.entries()) {
        const text = texts.get(path);
        const isRead = text !== undefined && (size === null || size === text.length);
        expect(found[at]?.sha256 ?? null).toBe(isRead ? sha256(Buffer.from(text)) : null);
      }
    }),
  );
});

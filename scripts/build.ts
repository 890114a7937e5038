// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle, root } from './bundle.ts';

const target = join(root, 'dist', 'cli');
/** What runs leave to the next ones (src/cli/bundled-run.ts). */
const COMPILED = 'compiled';
/** Chunks of an earlier build stay this long: a wheelproof that still runs may yet load them. */
const OLD_CHUNKS_MS = 60 * 60 * 1000;

// What was changed while the build ran must count as newer than the build.
const started = new Date();
await mkdir(target, { recursive: true });
const fresh = await mkdtemp(join(root, 'dist', '.build-'));
try {
  await bundle(fresh);
  await putInPlace(fresh);
} catch (thrown) {
  // esbuild has already printed what is wrong in the sources, in fewer words.
  if (!(thrown instanceof Error && 'errors' in thrown)) throw thrown;
  process.exitCode = 1;
} finally {
  await rm(fresh, { recursive: true, force: true });
}

/** Chunks first, the entry last: a reader sees the old program or the new one, both whole. */
async function putInPlace(from: string): Promise<void> {
  const names = await readdir(from);
  await utimes(join(from, 'main.js'), started, started);
  for (const name of names.toSorted((a, b) => Number(a === 'main.js') - Number(b === 'main.js'))) {
    await rename(join(from, name), join(target, name));
  }
  await mkdir(join(target, COMPILED), { recursive: true, mode: 0o700 });
  for (const name of await readdir(target)) {
    if (name === COMPILED) continue;
    const path = join(target, name);
    if (!names.includes(name) && (await stat(path)).mtimeMs < Date.now() - OLD_CHUNKS_MS) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { runFolder } from '../world/run-folder.ts';

export interface Program {
  /** The command line as it is shipped. */
  readonly main: string;
  /** The same but for one named piece of wiring. */
  readonly rewired: string;
}

let made: Promise<Program> | null = null;

/**
 * The sources as they are built for shipping, once for each run of the tests: hundreds of starts are
 * then quick ones, each with what V8 compiled in those before it.
 */
export async function makeProgram(): Promise<Program> {
  made ??= build();
  return await made;
}

async function build(): Promise<Program> {
  const folder = join(runFolder(), 'program');
  if (!existsSync(folder)) await buildInto(folder);
  return {
    main: join(folder, 'shipped', 'main.js'),
    rewired: join(folder, 'rewired', 'main.js'),
  };
}

async function buildInto(folder: string): Promise<void> {
  const { bundle, root } = await import('../../scripts/bundle.ts');
  const draft = await mkdtemp(`${folder}-`);
  await Promise.all([
    bundle(join(draft, 'shipped')),
    bundle(join(draft, 'rewired'), join(import.meta.dirname, 'rewired.ts')),
    // What is not in the bundle lies there.
    symlink(join(root, 'node_modules'), join(draft, 'node_modules')),
  ]);
  // As scripts/build.ts leaves it: nothing is kept in the homes of those who use it.
  for (const name of ['shipped', 'rewired'])
    await mkdir(join(draft, name, 'compiled'), { mode: 0o700 });
  try {
    await rename(draft, folder);
  } catch (error) {
    // Another test process was quicker.
    if (!existsSync(folder)) throw error;
    await rm(draft, { recursive: true, force: true });
  }
}

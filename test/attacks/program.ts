// SPDX-License-Identifier: Apache-2.0
import { mkdtemp } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

export interface Program {
  /** The command line as it is shipped. */
  readonly main: string;
  /** The same but for one named piece of wiring. */
  readonly rewired: string;
}

let made: Promise<Program> | null = null;

/** The sources in one piece, once for each test process: hundreds of starts are then quick ones. */
export async function makeProgram(): Promise<Program> {
  made ??= bundle();
  return await made;
}

async function bundle(): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'wheelproof-program-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await build({
    entryPoints: {
      main: join(import.meta.dirname, '../../src/cli/main.ts'),
      rewired: join(import.meta.dirname, 'rewired.ts'),
      'proving-worker': join(import.meta.dirname, '../../src/evidence/proving-worker.ts'),
      'digest-worker': join(import.meta.dirname, '../../src/host/digest-worker.ts'),
    },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    keepNames: true,
    define: { WHEELPROOF_VERSION: '"0.0.0-test"' },
    banner: {
      js: "import { createRequire as made } from 'node:module'; const require = made(import.meta.url);",
    },
    logLevel: 'error',
  });
  return { main: join(folder, 'main.mjs'), rewired: join(folder, 'rewired.mjs') };
}

// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Collection } from './collection.ts';

export interface BenchUpstream extends AsyncDisposable {
  /** `https://localhost:PORT/simple/` */
  readonly index: string;
  readonly files: string;
  readonly caFile: string;
  readonly delay: number;
}

/** Starts bench/upstream.ts; `large` in MiB adds the two generated wheels. */
export async function startUpstream(
  collection: Collection,
  delay: number,
  large = 0,
): Promise<BenchUpstream> {
  const folder = mkdtempSync(join(tmpdir(), 'wheelproof-bench-upstream-'));
  const caFile = join(folder, 'ca.pem');
  const program = join(import.meta.dirname, 'upstream.ts');
  const words = [program, collection.folder, String(delay), String(large), caFile];
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(child.stdout), 'line');
  const told: { readonly index: string; readonly files: string } = JSON.parse(String(line));
  const { index, files } = told;
  return {
    index,
    files,
    caFile,
    delay,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Updater } from 'tuf-js';
import { pythonWithTuf } from '../test/conformance/tuf/clients.ts';

/* The same work by python-tuf and tuf-js, in the same run. */

const CRYPTO = 'securesystemslib[crypto]';
const script = join(import.meta.dirname, 'tuf_peer.py');

export interface PythonTuf {
  /** CPU seconds that signing such a repository took, and writing it where `writes`. */
  sign(count: number, bits: number, writes: boolean): number;
  /** CPU milliseconds for reading and verifying the snapshot of a repository, the median. */
  load(folder: string): number;
}

/** @returns `null` where it cannot be installed. */
export function pythonTuf(): PythonTuf | null {
  const python = pythonWithTuf();
  if (python === null) return null;
  try {
    const words = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', CRYPTO];
    execFileSync(python, words, { stdio: 'ignore' });
  } catch {
    return null;
  }
  const ask = (...words: readonly string[]): Readonly<Record<string, number>> =>
    JSON.parse(execFileSync(python, [script, ...words], { encoding: 'utf8' }));
  return {
    sign: (count, bits, writes) => {
      const folder = mkdtempSync(join(tmpdir(), 'bench-tuf-python-'));
      try {
        const words = [String(count), String(bits), writes ? folder : '-'];
        return ask('sign', ...words)['seconds'] ?? Number.NaN;
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    load: (folder) => ask('load', folder, '9')['milliseconds'] ?? Number.NaN,
  };
}

/** How long tuf-js takes to bring itself up to date from a folder, over loopback. */
export async function refreshWithTufJs(metadata: string): Promise<number> {
  const state = mkdtempSync(join(tmpdir(), 'bench-tuf-js-'));
  const server = createServer((request, answer) => {
    const path = join(metadata, decodeURIComponent((request.url ?? '').slice(1)));
    if (existsSync(path)) answer.writeHead(200).end(readFileSync(path));
    else answer.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  try {
    mkdirSync(join(state, 'out'));
    copyFileSync(join(metadata, '1.root.json'), join(state, 'root.json'));
    const updater = new Updater({
      metadataDir: state,
      metadataBaseUrl: `http://127.0.0.1:${port}`,
      targetDir: join(state, 'out'),
      targetBaseUrl: `http://127.0.0.1:${port}`,
    });
    const start = performance.now();
    await updater.refresh();
    return performance.now() - start;
  } finally {
    server.close();
    rmSync(state, { recursive: true });
  }
}

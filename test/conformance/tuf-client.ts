// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Refusal } from '../../src/core/errors.ts';
import { TufClient, type MetadataSource, type MetadataStore } from '../../src/tuf/client.ts';
import { verifyTarget } from '../../src/tuf/hashes.ts';
import type { Target } from '../../src/tuf/metadata.ts';

/*
 * The TUF client behind the command line of the tuf-conformance suite (its CLIENT-CLI.md): init,
 * refresh and download, on plain HTTP and a folder. Exit code 0 for success, 1 for anything else.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'metadata-dir': { type: 'string' },
    'metadata-url': { type: 'string' },
    'target-name': { type: 'string', multiple: true },
    'target-base-url': { type: 'string' },
    'target-dir': { type: 'string' },
  },
});

function given(name: 'metadata-dir' | 'metadata-url' | 'target-base-url' | 'target-dir'): string {
  const value = values[name];
  if (value === undefined) throw new TypeError(`--${name} is missing`);
  return value;
}

function openStore(folder: string): MetadataStore {
  const pathOf = (role: string): string => join(folder, `${encodeURIComponent(role)}.json`);
  return {
    load: (role) => Promise.resolve(readKept(pathOf(role))),
    save: (role, bytes) => Promise.resolve(replace(pathOf(role), bytes)),
    remove: (role) => Promise.resolve(rmSync(pathOf(role), { force: true })),
  };
}

function readKept(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function replace(path: string, bytes: Uint8Array): void {
  writeFileSync(`${path}.new`, bytes);
  renameSync(`${path}.new`, path);
}

function openSource(base: string): MetadataSource {
  return { fetch: (name, maxBytes) => fetchFile(base, name, maxBytes) };
}

/** @returns `null` for a file that is not there. */
async function fetchFile(base: string, name: string, maxBytes: number): Promise<Uint8Array | null> {
  const url = `${base.replace(/\/*$/u, '')}/${name}`;
  return await new Promise((resolve, reject) => {
    const unreachable = (why: string): void =>
      reject(new Refusal('WP-TUF-UNREACHABLE', { message: `${url}: ${why}` }));
    const request = get(url, (answer) => {
      const status = answer.statusCode ?? 0;
      if (status === 404 || status === 403) {
        answer.resume();
        resolve(null);
        return;
      }
      if (status !== 200) {
        answer.resume();
        unreachable(`status ${status}`);
        return;
      }
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBytes) {
          request.destroy();
          reject(new Refusal('WP-TUF-LIMIT', { message: `${url}: more than ${maxBytes} bytes` }));
          return;
        }
        chunks.push(chunk);
      });
      answer.once('end', () => resolve(Buffer.concat(chunks)));
      answer.once('error', (error) => unreachable(error.message));
    });
    request.once('error', (error) => unreachable(error.message));
  });
}

async function download(client: TufClient, path: string): Promise<void> {
  const target = await client.findTarget(path);
  if (target === null)
    throw new Refusal('WP-TUF-NOT-FOUND', { message: `${path}: nobody who may names it` });
  const kept = join(given('target-dir'), encodeURIComponent(path));
  if (isTarget(readKept(kept), target)) return;
  const name = client.consistentSnapshot ? hashedName(target) : target.path;
  const bytes = await fetchFile(given('target-base-url'), name, target.length);
  if (bytes === null) throw new Refusal('WP-TUF-UNREACHABLE', { message: `${name} is not there` });
  verifyTarget(bytes, target);
  mkdirSync(given('target-dir'), { recursive: true });
  replace(kept, bytes);
}

function isTarget(bytes: Uint8Array | null, target: Target): boolean {
  if (bytes === null) return false;
  try {
    verifyTarget(bytes, target);
    return true;
  } catch {
    return false; // it changed since: fetched anew
  }
}

/** TUF specification, section 6.2: `DIRECTORY/HASH.NAME`. */
function hashedName({ path, hashes }: Target): string {
  const slash = path.lastIndexOf('/') + 1;
  return `${path.slice(0, slash)}${Object.values(hashes)[0] ?? ''}.${path.slice(slash)}`;
}

async function run(): Promise<void> {
  const [command, root] = positionals;
  const store = openStore(given('metadata-dir'));
  if (command === 'init' && root !== undefined) return await store.save('root', readFileSync(root));
  const source = openSource(given('metadata-url'));
  const client = await TufClient.open({ source, store, now: Date.now() });
  await client.refresh();
  if (command === 'download')
    for (const path of values['target-name'] ?? []) await download(client, path);
}

try {
  await run();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

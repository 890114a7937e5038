// SPDX-License-Identifier: Apache-2.0
import { createReadStream, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../core/errors.ts';
import type { Environment } from '../core/machine.ts';
import type { Upstream } from '../core/upstream.ts';
import { openUpstream } from '../upstream/index.ts';

/** At most `maxBytes` of a file of the repository, `null` where there is none. */
export type FetchFile = (path: string, maxBytes: number) => Promise<Uint8Array | null>;

/** A TUF repository in a folder (or `file:`), or behind an address. */
export function openTufSource(
  source: string,
  environment: Environment,
): { readonly ask: FetchFile; readonly close: () => Promise<void> } {
  if (!/^https?:/iu.test(source)) return { ask: fromFolder(source), close: async () => {} };
  const upstream = openPlainUpstream(environment);
  return { ask: fromUpstream(source, upstream), close: async () => await upstream.close() };
}

function fromFolder(source: string): FetchFile {
  const root = /^file:/iu.test(source) ? fileURLToPath(source) : resolve(source);
  return async (path, maxBytes) => {
    try {
      return await atMost(createReadStream(join(root, path)), maxBytes, path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      if (existsSync(root)) return null;
      throw new Refusal('WP-USAGE', {
        message: `${root} is not there; expected a folder with a TUF repository, or an address`,
        hint: 'Name the folder that holds timestamp.json.',
      });
    }
  };
}

function fromUpstream(source: string, upstream: Upstream): FetchFile {
  return async (path, maxBytes) => {
    // Names of metadata are fit for addresses already: quoted twice, nobody would find them.
    const isQuoted = path.startsWith('metadata/');
    const quoted = isQuoted ? path : path.split('/').map(encodeURIComponent).join('/');
    const url = `${source.replace(/\/*$/u, '')}/${quoted}`;
    const wish = { url, method: 'GET', headers: {}, maxBytes, redirects: 'follow' } as const;
    const { status, body } = await upstream.request(wish);
    if (status === 200) return await atMost(body, maxBytes, url);
    for await (const chunk of body) if (chunk.length > 0) break;
    if (status === 404 || status === 403) return null;
    throw new Refusal('WP-TUF-UNREACHABLE', { message: `${url}: status ${status}` });
  };
}

async function atMost(body: AsyncIterable<Uint8Array>, maxBytes: number, what: string) {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes)
      throw new Refusal('WP-TUF-LIMIT', { message: `${what}: more than ${maxBytes} bytes` });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function openPlainUpstream(environment: Environment): Upstream {
  return openUpstream({
    caFiles: [],
    proxy: null,
    environment,
    minimumTls: 'TLSv1.2',
    allowPlainHttp: () => false,
  });
}

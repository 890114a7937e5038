// SPDX-License-Identifier: Apache-2.0
import { createReadStream } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../core/errors.ts';
import type { Upstream } from '../core/upstream.ts';
import { openStagedFolder } from '../storage/index.ts';
import { checkTargetPath, hashedPath, TufClient, verifyTarget } from '../tuf/index.ts';
import { openUpstream } from '../upstream/index.ts';
import { readGiven, tell, type Json, type TufContext } from './tuf-work.ts';

export interface ClientOptions extends Json {
  readonly root?: string;
  readonly state: string;
  readonly out: string;
}

/** At most `maxBytes` of a file of the repository, `null` where there is none. */
type Fetch = (path: string, maxBytes: number) => Promise<Uint8Array | null>;

/** `wheelproof tuf client`: brings what is trusted up to date, and fetches what it vouches for. */
export async function fetchTargets(
  context: TufContext,
  source: string,
  paths: readonly string[],
  options: ClientOptions,
): Promise<void> {
  for (const path of paths) checkTargetPath(path);
  const upstream = /^https?:/iu.test(source) ? openPlainUpstream(context) : null;
  try {
    const ask = upstream === null ? fromFolder(source) : fromUpstream(source, upstream);
    const client = await openClient(context, ask, options);
    await client.refresh();
    const found = [];
    for (const path of paths) found.push(await fetchTarget(client, ask, path, options.out));
    const text = [
      'The repository is up to date.',
      ...found.map(({ file, sha256 }) => `${file} sha256 ${sha256}`),
    ];
    tell(context, options, { found }, `${text.join('\n')}\n`);
  } finally {
    await upstream?.close();
  }
}

async function openClient(context: TufContext, ask: Fetch, options: ClientOptions) {
  const folder = await openStagedFolder(resolve(options.state), 0o700);
  const nameOf = (role: string): string => `${encodeURIComponent(role)}.json`;
  const store = {
    load: async (role: string) => await folder.read(nameOf(role)),
    save: async (role: string, bytes: Uint8Array) => {
      await folder.stage([{ name: nameOf(role), bytes }]);
      await folder.commit([nameOf(role)]);
      await folder.sync();
    },
    remove: async (role: string) => await folder.remove(nameOf(role)),
  };
  if (options.root !== undefined && (await store.load('root')) === null)
    await store.save('root', await readGiven(options.root));
  const source = {
    fetch: async (name: string, maxBytes: number) => await ask(`metadata/${name}`, maxBytes),
  };
  return await TufClient.open({ source, store, now: context.now });
}

async function fetchTarget(client: TufClient, ask: Fetch, path: string, out: string) {
  const target = await client.findTarget(path);
  if (target === null)
    throw new Refusal('WP-TUF-NOT-FOUND', { message: `nobody who may speak for ${path} names it` });
  const sha256 = target.hashes['sha256'] ?? '';
  const name = client.consistentSnapshot ? hashedPath(path, sha256) : path;
  const bytes = await ask(`targets/${name}`, target.length);
  if (bytes === null)
    throw new Refusal('WP-TUF-UNREACHABLE', { message: `the repository has no targets/${name}` });
  verifyTarget(bytes, target);
  const file = basename(path);
  const folder = await openStagedFolder(resolve(out));
  await folder.stage([{ name: file, bytes }]);
  await folder.commit([file]);
  return { path, file: join(out, file), length: bytes.length, sha256 };
}

function fromFolder(source: string): Fetch {
  const root = /^file:/iu.test(source) ? fileURLToPath(source) : resolve(source);
  return async (path, maxBytes) => {
    try {
      return await atMost(createReadStream(join(root, path)), maxBytes, path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  };
}

function fromUpstream(source: string, upstream: Upstream): Fetch {
  return async (path, maxBytes) => {
    const url = `${source.replace(/\/*$/u, '')}/${path.split('/').map(encodeURIComponent).join('/')}`;
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

function openPlainUpstream({ environment }: TufContext): Upstream {
  return openUpstream({
    caFiles: [],
    proxy: null,
    environment,
    minimumTls: 'TLSv1.2',
    allowPlainHttp: () => false,
  });
}

// SPDX-License-Identifier: Apache-2.0
import { basename, join, resolve } from 'node:path';
import { Refusal } from '../core/errors.ts';
import { openStagedFolder } from '../storage/index.ts';
import { checkTargetPath, hashedPath, TufClient, verifyTarget } from '../tuf/index.ts';
import { openTufSource, type FetchFile } from './tuf-source.ts';
import { readGiven, tell, type Json, type TufContext } from './tuf-work.ts';

export interface ClientOptions extends Json {
  readonly root?: string;
  readonly state: string;
  readonly out: string;
}

/** `wheelproof tuf client`: brings what is trusted up to date, and fetches what it vouches for. */
export async function fetchTargets(
  context: TufContext,
  source: string,
  paths: readonly string[],
  options: ClientOptions,
): Promise<void> {
  for (const path of paths) checkTargetPath(path);
  const { ask, close } = openTufSource(source, context.environment);
  try {
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
    await close();
  }
}

async function openClient(context: TufContext, ask: FetchFile, options: ClientOptions) {
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

async function fetchTarget(client: TufClient, ask: FetchFile, path: string, out: string) {
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

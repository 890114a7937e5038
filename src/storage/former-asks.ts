// SPDX-License-Identifier: Apache-2.0
import { createHash, randomBytes } from 'node:crypto';
import { lstat, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FormerAsks, PagesAsked } from '../core/former-asks.ts';
import { FORMER_ASKS_LIMIT, MAX_REPEATED_PAGES } from '../core/limits.ts';
import { parseObject } from './json-object.ts';
import { ensurePrivateDirectory } from './private-directory.ts';

/** Of an agent and as many addresses as are kept. */
const MAX_BYTES = 1024 * 1024;

/**
 * A file for each request, named by its sha256 and renamed into place.
 *
 * @throws Refusal as {@link ensurePrivateDirectory}: whoever can write here has addresses asked.
 */
export function openFormerAsks(directory: string): FormerAsks {
  ensurePrivateDirectory(directory);
  const pathOf = (request: string): string =>
    join(directory, `${createHash('sha256').update(request).digest('hex')}.json`);
  return {
    async recall(request) {
      try {
        const path = pathOf(request);
        const found = await lstat(path);
        if (!found.isFile() || found.size > MAX_BYTES) return null;
        return decode(await readFile(path, 'utf8'));
      } catch {
        return null;
      }
    },
    async keep(request, asked) {
      const path = pathOf(request);
      const draft = `${path}.${randomBytes(6).toString('hex')}`;
      try {
        await writeFile(draft, `${JSON.stringify(asked)}\n`, { flag: 'wx', mode: 0o600 });
        await rename(draft, path);
        await keepWithin(directory);
      } catch {
        await rm(draft, { force: true }).catch(() => undefined);
      }
    },
  };
}

function decode(text: string): PagesAsked | null {
  const { agent, urls } = parseObject(text);
  if (typeof agent !== 'string' || !Array.isArray(urls)) return null;
  const pages = urls.filter((url) => typeof url === 'string').slice(0, MAX_REPEATED_PAGES);
  return { agent, urls: pages };
}

/** The oldest go, drafts of killed runs among them. */
async function keepWithin(directory: string): Promise<void> {
  const names = await readdir(directory);
  if (names.length <= FORMER_ASKS_LIMIT) return;
  const aged = await Promise.all(
    names.map(async (name) => ({ name, at: (await lstat(join(directory, name))).mtimeMs })),
  );
  const oldest = aged.sort((a, b) => a.at - b.at).slice(0, names.length - FORMER_ASKS_LIMIT);
  await Promise.all(oldest.map(({ name }) => rm(join(directory, name), { force: true })));
}

// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_KEPT_VERDICT_BYTES, MAX_KEPT_VERDICTS } from '../core/limits.ts';
import type { VerdictCache } from '../core/verdict-cache.ts';
import { putFile, readSmallFile } from './plain-file.ts';
import { ensurePrivateDirectory } from './private-directory.ts';

const NAME = /^[0-9a-f]{64}$/u;
/** Of drafts that a killed run left. */
const LEFTOVER_MS = 3_600_000;

/**
 * One file for each proof: its sha256 with the key, then the text. Renamed into place, and not
 * waited for on the disk: what a power cut tears is found by its hash, and counts as none.
 * @throws Refusal (the first writing call) as {@link ensurePrivateDirectory}
 */
export function openVerdictCache(directory: string, most = MAX_KEPT_VERDICTS): VerdictCache {
  let isReady = existsSync(directory);
  if (isReady) ensurePrivateDirectory(directory);
  let written = 0;
  return {
    async recall(key) {
      return isReady && NAME.test(key) ? textAt(join(directory, key), key) : null;
    },
    async keep(key, text) {
      if (!NAME.test(key) || Buffer.byteLength(text) > MAX_KEPT_VERDICT_BYTES) return;
      if (!isReady) ensurePrivateDirectory(directory);
      isReady = true;
      const bytes = Buffer.from(`${seal(key, text)}\n${text}`);
      if (putFile(join(directory, key), [bytes])) written += 1;
    },
    async close() {
      if (written > 0) await keepAtMost(directory, most).catch(() => undefined);
    },
  };
}

/** `null`: none, or not as it was written. */
function textAt(path: string, key: string): string | null {
  const whole = readSmallFile(path, MAX_KEPT_VERDICT_BYTES + 65)?.toString('utf8') ?? '';
  const text = whole.slice(65);
  return whole.slice(0, 65) === `${seal(key, text)}\n` ? text : null;
}

/** The oldest go first. */
async function keepAtMost(directory: string, most: number): Promise<void> {
  const names = await readdir(directory);
  const kept = names.filter((name) => NAME.test(name));
  if (kept.length <= most && kept.length === names.length) return;
  const found: { readonly path: string; readonly at: number }[] = [];
  for (const name of names) {
    const path = join(directory, name);
    const stats = await lstat(path).catch(() => null);
    if (stats === null) continue;
    if (NAME.test(name)) found.push({ path, at: stats.mtimeMs });
    else if (stats.mtimeMs < Date.now() - LEFTOVER_MS) await rm(path, { force: true });
  }
  const excess = found.sort((a, b) => a.at - b.at).slice(0, Math.max(0, found.length - most));
  for (const { path } of excess) await rm(path, { force: true });
}

function seal(key: string, text: string): string {
  return createHash('sha256').update(`wheelproof verdict\n${key}\n${text}`).digest('hex');
}

// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  HELD_PAGE_COPIES_BYTES,
  HELD_PAGE_COPIES_MS,
  MAX_PAGE_BYTES,
  PAGE_COPIES_LIMIT_BYTES,
} from '../core/limits.ts';
import type { PageCopies, PageCopy, PageCopyKey } from '../core/page-copy.ts';
import { forgottenAt, noteForgotten } from './forgotten-project.ts';
import { parseObject } from './json-object.ts';
import { putFile, removeQuietly, TO_READ } from './plain-file.ts';
import { ensurePrivateDirectory } from './private-directory.ts';

/** Bumped when the head or the body begins to mean something else: older copies then count as none. */
const FORMAT = 'wheelproof page copy 3';
const NAME = /^[0-9a-f]{64}$/u;
/** Of drafts that a killed run left. */
const LEFTOVER_MS = 3_600_000;
const MAX_HEAD_BYTES = 32 * 1024;

interface Held {
  readonly copy: PageCopy;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/**
 * One file for each page: a line of JSON with its sha256, then the page. Renamed into place, and
 * not waited for on the disk: what a power cut tears is found by its hash, and counts as none.
 *
 * Pages come while an installer waits, so a page is held for a moment and written with others; a run
 * that is killed loses what it held.
 *
 * @param limitBytes what all of them together may take.
 * @throws Refusal as {@link ensurePrivateDirectory}: whoever can write here decides what is offered.
 */
export function openPageCopies(
  directory: string,
  limitBytes: number = PAGE_COPIES_LIMIT_BYTES,
): PageCopies {
  ensurePrivateDirectory(directory);
  const pathOf = ({ index, project, audience }: PageCopyKey): string =>
    join(directory, sha256(JSON.stringify([index, project, audience])));
  /** By path. */
  const held = new Map<string, Held>();
  let heldBytes = 0;
  let due: NodeJS.Timeout | null = null;
  let isWritten = false;
  const writeHeld = (): void => {
    if (due !== null) clearTimeout(due);
    due = null;
    for (const [path, { copy, since }] of held) {
      isWritten = putFile(path, encode(copy)) || isWritten;
      // Whoever forgets says so first and looks for copies then: one of the two sees the other.
      if (forgottenAt(directory, copy.project) >= since) removeQuietly(path);
    }
    held.clear();
    heldBytes = 0;
  };
  return {
    async keep(copy) {
      if (copy.body.length > MAX_PAGE_BYTES) return;
      const path = pathOf(copy);
      heldBytes += copy.body.length - (held.get(path)?.copy.body.length ?? 0);
      held.set(path, { copy, since: Date.now() });
      due ??= setTimeout(writeHeld, HELD_PAGE_COPIES_MS).unref();
      if (heldBytes > HELD_PAGE_COPIES_BYTES) writeHeld();
    },
    async recall(key) {
      const path = pathOf(key);
      const copy = held.get(path)?.copy ?? (await copyAt(path));
      return copy !== null && pathOf(copy) === path ? copy : null;
    },
    async drop(key) {
      const path = pathOf(key);
      heldBytes -= held.get(path)?.copy.body.length ?? 0;
      held.delete(path);
      await rm(path, { force: true }).catch(() => undefined);
    },
    async forget(project, isMeant) {
      writeHeld();
      await noteForgotten(directory, project).catch(() => undefined);
      let forgotten = 0;
      for (const name of await readdir(directory).catch(() => [])) {
        if (!NAME.test(name)) continue;
        const copy = await copyAt(join(directory, name));
        if (copy?.project !== project || !isMeant(copy.index)) continue;
        await rm(join(directory, name), { force: true }).catch(() => undefined);
        forgotten += 1;
      }
      return forgotten;
    },
    async close() {
      writeHeld();
      if (isWritten) await keepWithin(directory, limitBytes).catch(() => undefined);
    },
  };
}

function encode({ body, ...head }: PageCopy): readonly Uint8Array[] {
  const line = JSON.stringify({ format: FORMAT, ...head });
  const seal = sha256(`${line}\n${sha256(body)}`);
  return [Buffer.from(`${seal} ${line}\n`), body];
}

/** `null`: none, or not as it was written. */
async function copyAt(path: string): Promise<PageCopy | null> {
  try {
    return decode(await read(path));
  } catch {
    return null;
  }
}

async function read(path: string): Promise<Buffer> {
  const file = await open(path, TO_READ);
  try {
    const found = await file.stat();
    if (!found.isFile() || found.size > MAX_PAGE_BYTES + MAX_HEAD_BYTES) throw new Error('no copy');
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** @throws where it is not as it was written. */
function decode(bytes: Buffer): PageCopy {
  const end = bytes.subarray(0, MAX_HEAD_BYTES).indexOf('\n');
  const [, seal, line] = /^([0-9a-f]{64}) (.+)$/su.exec(bytes.toString('utf8', 0, end)) ?? [];
  const body = bytes.subarray(end + 1);
  if (end < 0 || line === undefined || seal !== sha256(`${line}\n${sha256(body)}`)) {
    throw new Error('not as it was written');
  }
  const { format, index, project, audience, url, inside, readAt, gzip, contentType } =
    parseObject(line);
  if (
    format !== FORMAT ||
    typeof index !== 'string' ||
    typeof project !== 'string' ||
    typeof audience !== 'string' ||
    typeof url !== 'string' ||
    typeof inside !== 'boolean' ||
    typeof readAt !== 'number' ||
    typeof gzip !== 'boolean' ||
    (contentType !== null && typeof contentType !== 'string')
  ) {
    throw new Error('of another format');
  }
  return { index, project, audience, url, inside, readAt, gzip, contentType, body };
}

/** In one go: at the end of a run, nothing else is left to do. */
async function keepWithin(directory: string, limitBytes: number): Promise<void> {
  const found: { readonly path: string; readonly bytes: number; readonly at: number }[] = [];
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) continue;
    if (NAME.test(name)) found.push({ path, bytes: stats.size, at: stats.mtimeMs });
    else if (stats.mtimeMs < Date.now() - LEFTOVER_MS) await rm(path, { force: true });
  }
  let bytes = found.reduce((sum, one) => sum + one.bytes, 0);
  for (const one of found.sort((a, b) => a.at - b.at)) {
    if (bytes <= limitBytes) return;
    await rm(one.path, { force: true });
    bytes -= one.bytes;
  }
}

function sha256(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex');
}

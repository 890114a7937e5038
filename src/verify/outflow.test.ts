// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BlobDraft } from '../core/blob-store.ts';
import { KIB, MIB, WITHHELD_TAIL_BYTES } from '../core/limits.ts';
import type { StreamingFile } from '../core/verification.ts';
import { openFilesystemBlobStore } from '../storage/index.ts';
import { GatheredChunks, type Chunk } from './gathered-chunks.ts';
import { Outflow } from './outflow.ts';

const WHOLE = Buffer.alloc(6 * MIB + 777);
for (let at = 0; at + 4 <= WHOLE.length; at += 4)
  WHOLE.writeUInt32LE(Math.imul(at, 2654435761) >>> 0, at);
const SHA256 = createHash('sha256').update(WHOLE).digest('hex');

let place = '';
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'wheelproof-outflow-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

/** Reads as the gateway does, giving each loan back only after some turns. */
async function readAll(view: StreamingFile, turns: number): Promise<Buffer> {
  const all = Buffer.alloc(view.size);
  for (let position = 0; position < view.size;) {
    const until = await view.releasable(position);
    while (position < until) {
      const wanted = Math.min(128 * KIB, until - position);
      const lent = view.lend(position, wanted);
      const rest = lent === null ? 0 : turns;
      for (let waited = 0; waited < rest; waited++) await turn();
      const bytes = lent?.bytes ?? (await view.read(position, wanted));
      all.set(bytes, position);
      position += bytes.length;
      lent?.giveBack();
    }
  }
  return all;
}

async function write(draft: BlobDraft, chunks: readonly Chunk[], outflow: Outflow): Promise<void> {
  for (const { bytes, free } of chunks) {
    await draft.write(bytes, free);
    outflow.progressed();
  }
}

test.each([0, 1, 40])(
  'whoever reads close behind, or far, gets each byte (%i turns a piece)',
  async (turns) => {
    const store = await openFilesystemBlobStore(join(place, 'blobs'));
    const draft = await store.draft();
    const outflow = new Outflow(store);
    outflow.open(draft, WHOLE.length);
    const view = outflow.view();
    const reading = readAll(view, turns);
    const gathered = new GatheredChunks(WHOLE.length);
    for (let position = 0; position < WHOLE.length; position += 16_000) {
      await write(draft, gathered.push(WHOLE.subarray(position, position + 16_000)), outflow);
      await turn();
    }
    await write(draft, gathered.rest(), outflow);
    expect(await view.releasable(0)).toBe(WHOLE.length - WITHHELD_TAIL_BYTES);
    await outflow.detach();
    await draft.publish(SHA256);
    outflow.settle({ outcome: 'released', sha256: SHA256 });
    expect((await reading).equals(WHOLE)).toBe(true);
    await view.close();
  },
);

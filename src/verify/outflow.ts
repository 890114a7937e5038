// SPDX-License-Identifier: Apache-2.0
import type { BlobDraft, BlobStore, OpenBlob } from '../core/blob-store.ts';
import { Refusal, type Reason } from '../core/errors.ts';
import { WITHHELD_TAIL_BYTES } from '../core/limits.ts';
import type { StreamingFile } from '../core/verification.ts';

type End =
  | { readonly outcome: 'released'; readonly sha256: string }
  | { readonly outcome: 'refused'; readonly decision: { readonly reasons: readonly Reason[] } }
  | { readonly outcome: 'not-served' };

/**
 * What may leave of a file while it is still coming: all but its tail, which goes out only after
 * the verdict. So no complete unverified file ever exists on the installer's side.
 */
export class Outflow {
  readonly opened: Promise<'streaming'>;
  readonly #blobs: BlobStore;
  readonly #announce: () => void;
  #draft: BlobDraft | null = null;
  #size = 0;
  #end: End | null = null;
  #waiting: (() => void)[] = [];
  readonly #reads = new Set<Promise<unknown>>();
  #detached = false;

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
    const { promise, resolve } = Promise.withResolvers<'streaming'>();
    this.opened = promise;
    this.#announce = () => resolve('streaming');
  }

  open(draft: BlobDraft, size: number): void {
    this.#draft = draft;
    this.#size = size;
    this.#announce();
  }

  progressed(): void {
    this.#wake();
  }

  /** No read touches the draft after this: it is about to be published, moved or dropped. */
  async detach(): Promise<void> {
    this.#detached = true;
    await Promise.allSettled(this.#reads);
  }

  settle(end: End): void {
    this.#end = end;
    this.#wake();
  }

  view(): StreamingFile {
    let blob: OpenBlob | null = null;
    return {
      size: this.#size,
      releasable: (beyond) => this.#releasable(beyond),
      read: async (position, length) => {
        blob ??= await this.#openReleased();
        return blob === null
          ? await this.#readDraft(position, length)
          : blob.read(position, length);
      },
      lend: (position, length) =>
        this.#end === null ? (this.#draft?.lend(position, length) ?? null) : null,
      close: async () => {
        await blob?.close();
      },
    };
  }

  async #releasable(beyond: number): Promise<number> {
    for (;;) {
      if (this.#end !== null) return this.#finalSize(this.#end);
      const ready = Math.max(0, (this.#draft?.written ?? 0) - WITHHELD_TAIL_BYTES);
      const capped = Math.min(ready, Math.max(0, this.#size - WITHHELD_TAIL_BYTES));
      if (capped > beyond && !this.#detached) return capped;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #finalSize(end: End): number {
    if (end.outcome === 'released') return this.#size;
    const [first] = end.outcome === 'refused' ? end.decision.reasons : [];
    throw new Refusal(first?.code ?? 'WP-INTERNAL', {
      message: first?.message ?? 'the file ended without a verdict',
      ...(first === undefined ? {} : { hint: first.hint }),
    });
  }

  async #openReleased(): Promise<OpenBlob | null> {
    const end = this.#end;
    if (end === null) {
      if (!this.#detached) return null;
      await new Promise<void>((resolve) => {
        if (this.#end === null) this.#waiting.push(resolve);
        else resolve();
      });
      return await this.#openReleased();
    }
    this.#finalSize(end);
    const blob = end.outcome === 'released' ? await this.#blobs.open(end.sha256) : null;
    if (blob === null) {
      throw new Refusal('WP-STATE-DAMAGED', {
        message: 'a verified file vanished from the store while it was handed out',
      });
    }
    return blob;
  }

  async #readDraft(position: number, length: number): Promise<Uint8Array> {
    const draft = this.#draft;
    if (draft === null) throw new Refusal('WP-INTERNAL', { message: 'nothing streams here' });
    const read = draft.read(position, length);
    this.#reads.add(read);
    try {
      return await read;
    } finally {
      this.#reads.delete(read);
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}

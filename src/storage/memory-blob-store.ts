// SPDX-License-Identifier: Apache-2.0
import type { BlobDraft, BlobStore, OpenBlob } from '../core/blob-store.ts';
import { Refusal } from '../core/errors.ts';
import type { BlobBackend } from './backend.ts';
import { DigestSet } from './digest-set.ts';

/** Blobs in memory, gone with the process. */
export function openMemoryBlobStore(): BlobStore {
  const blobs = new Map<string, Uint8Array>();
  return {
    draft: async (algorithms = []) => new MemoryDraft(blobs, algorithms),
    has: async (sha256) => blobs.has(sha256),
    async open(sha256, algorithms = []): Promise<OpenBlob | null> {
      const bytes = blobs.get(sha256);
      if (bytes === undefined) return null;
      const set = new DigestSet(algorithms);
      set.update(bytes);
      return {
        size: bytes.length,
        digests: set.digests(),
        read: async (position, length) => slice(bytes, position, length),
        close: async () => {},
      };
    },
  };
}

export const memoryBlobs: BlobBackend = {
  name: 'memory',
  durable: false,
  open: async () => openMemoryBlobStore(),
};

class MemoryDraft implements BlobDraft {
  readonly #blobs: Map<string, Uint8Array>;
  readonly #set: DigestSet;
  #bytes: Uint8Array = new Uint8Array(0);
  #ended = false;

  constructor(blobs: Map<string, Uint8Array>, algorithms: readonly string[]) {
    this.#blobs = blobs;
    this.#set = new DigestSet(algorithms);
  }

  get written(): number {
    return this.#bytes.length;
  }

  async expect(): Promise<void> {}

  async write(chunk: Uint8Array, free: () => void = () => undefined): Promise<void> {
    this.#requireOpen();
    this.#set.update(chunk);
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    free();
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    return slice(this.#bytes, position, length);
  }

  lend(): null {
    return null;
  }

  whole(): Uint8Array {
    return this.#bytes;
  }

  digests(): ReturnType<DigestSet['digests']> {
    return this.#set.digests();
  }

  async publish(sha256: string): Promise<void> {
    this.#requireOpen();
    const found = this.digests().sha256;
    if (found !== sha256) {
      const message = `a draft: expected sha256 ${sha256}, what was written has ${found}`;
      throw new Refusal('WP-STATE-DAMAGED', { message });
    }
    this.#ended = true;
    this.#blobs.set(sha256, this.#bytes);
  }

  async quarantine(): Promise<void> {
    this.#ended = true;
  }

  async discard(): Promise<void> {
    this.#ended = true;
  }

  #requireOpen(): void {
    if (this.#ended) throw new Refusal('WP-STATE-DISK', { message: 'the draft is already closed' });
  }
}

function slice(bytes: Uint8Array, position: number, length: number): Uint8Array {
  return bytes.slice(position, position + Math.max(0, length));
}

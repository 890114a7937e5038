// SPDX-License-Identifier: Apache-2.0
import type { HeldBytes } from '../core/bytes.ts';
import { AT_HAND_BYTES, AT_HAND_TOTAL_BYTES } from '../core/limits.ts';
import type { ReleasedFile } from '../core/verification.ts';

/** Small files between their verdict and their being handed out: what was judged is what goes out. */
export class BytesAtHand {
  #left = AT_HAND_TOTAL_BYTES;

  /** Takes a file into memory; `null`: it is too large, or there are too many, and the store has it. */
  async keep(file: HeldBytes): Promise<KeptFile | null> {
    const { size, digests } = file;
    if (size > AT_HAND_BYTES || size > this.#left) return null;
    this.#left -= size;
    try {
      const { whole } = file;
      // What lies in a larger place would keep all of that place.
      const isOwn = whole !== undefined && whole.buffer.byteLength === size;
      const bytes = isOwn ? whole : await file.read(0, size);
      return new KeptFile(bytes, digests, () => {
        this.#left += size;
      });
    } catch (thrown) {
      this.#left += size;
      throw thrown;
    }
  }
}

/** One file's bytes, until they are let go. */
export class KeptFile {
  readonly digests: HeldBytes['digests'];
  readonly #onGone: () => void;
  #bytes: Uint8Array | null;

  constructor(bytes: Uint8Array, digests: HeldBytes['digests'], onGone: () => void) {
    this.#bytes = bytes;
    this.digests = digests;
    this.#onGone = onGone;
  }

  /** For one reader; `null` once it was let go. Whoever is done first lets go: later ones ask the store. */
  open(): ReleasedFile | null {
    const bytes = this.#bytes;
    if (bytes === null) return null;
    return {
      size: bytes.length,
      digests: this.digests,
      read: async (position, length) => bytes.subarray(position, position + Math.max(0, length)),
      close: async () => this.letGo(),
    };
  }

  letGo(): void {
    if (this.#bytes === null) return;
    this.#bytes = null;
    this.#onGone();
  }
}

// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { TAIL_BYTES } from './archive-signs.ts';

/** An answer's body on its way in, readable in steps. */
export class AnswerBody {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #ended = false;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#iterator = body[Symbol.asyncIterator]();
  }

  /** `null` at the end. */
  async next(): Promise<Uint8Array | null> {
    if (this.#ended) return null;
    const step = await this.#iterator.next();
    this.#ended = step.done === true;
    return step.done === true ? null : step.value;
  }

  /** At least `wanted` bytes, fewer only where the body has no more. */
  async atLeast(wanted: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for (let size = 0; size < wanted;) {
      const chunk = await this.next();
      if (chunk === null) break;
      chunks.push(chunk);
      size += chunk.length;
    }
    return Buffer.concat(chunks);
  }

  /** @throws Refusal `WP-LIMIT-SIZE` */
  async whole(maxBytes: number, what: string): Promise<Uint8Array> {
    const bytes = await this.atLeast(maxBytes + 1);
    if (bytes.length <= maxBytes) return bytes;
    throw new Refusal('WP-LIMIT-SIZE', {
      message: `${what} is longer than ${maxBytes} bytes`,
    });
  }

  /**
   * Lets go of what has not been read. A body that was never begun is begun first: a generator that
   * was not started would not learn that it is over.
   */
  async drop(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const begun = this.#iterator.next();
    await Promise.allSettled([begun, this.#iterator.return?.()]);
  }
}

/** Keeps the last bytes of a stream back, so that its end is seen before it goes out. */
export class WithheldTail {
  #chunks: Uint8Array[] = [];
  #size = 0;

  /** Takes a chunk in, and gives out those that are certainly not in the tail. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const free: Uint8Array[] = [];
    for (const first of this.#chunks) {
      if (this.#size - first.length < TAIL_BYTES) break;
      this.#size -= first.length;
      free.push(first);
    }
    this.#chunks = this.#chunks.slice(free.length);
    return free;
  }

  rest(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
}

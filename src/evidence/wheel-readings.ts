// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import {
  readCoreMetadata,
  readWheel,
  type CoreMetadata,
  type KnownLayouts,
} from '../archive/index.ts';
import type { HeldBytes } from '../core/bytes.ts';
import { Refusal } from '../core/errors.ts';
import type { VerdictCache } from '../core/verdict-cache.ts';

/** What a wheel that can be read in one way only says of itself. */
export type WheelReading = Pick<CoreMetadata, 'name' | 'version' | 'metadata' | 'metadataSha256'>;

export interface ReadingMemory {
  readonly cache: VerdictCache;
  /** Another version may refuse more or less. */
  readonly toolVersion: string;
}

/** Bumped when what is kept begins to mean something else. */
const FORMAT = 'wheelproof wheel 1';
/** Of one run; beyond it is read anew. */
const MOST_KNOWN = 4096;
const MOST_UNWRITTEN = 256;

/**
 * Reads no wheel twice: that its bytes can be read in one way only, that its folder is named after
 * its file name, and its METADATA follow from the file name, the bytes and this program alone. So
 * that is what they are kept by, in this run and with the trust store. What was refused is read anew.
 */
export class WheelReadings {
  readonly #memory: ReadingMemory | null;
  readonly #layouts: KnownLayouts | null;
  readonly #known = new Map<string, WheelReading>();
  #unwritten: { readonly key: string; readonly text: string }[] = [];

  /** @param layouts for whoever opens the same wheels again. */
  constructor(memory: ReadingMemory | null = null, layouts: KnownLayouts | null = null) {
    this.#memory = memory;
    this.#layouts = layouts;
  }

  /**
   * @param bytes whose digest was computed from them.
   * @throws Refusal as {@link readWheel}
   */
  async read(filename: string, bytes: HeldBytes): Promise<WheelReading> {
    const { sha256 } = bytes.digests;
    const known = await this.recall(filename, sha256);
    if (known !== null) return known;
    const { name, version, metadata, metadataSha256 } = await readWheel(
      filename,
      bytes,
      this.#layouts,
    );
    const reading = { name, version, metadata, metadataSha256 };
    await this.#keep(filename, sha256, reading);
    return reading;
  }

  /** What was read before in a wheel with this digest, without the wheel; `null`: nothing. */
  async recall(filename: string, sha256: string): Promise<WheelReading | null> {
    const known = this.#known.get(placeOf(filename, sha256));
    if (known !== undefined) return known;
    const text = (await this.#memory?.cache.recall(this.#keyOf(filename, sha256))) ?? null;
    if (text === null) return null;
    try {
      const reading = readCoreMetadata(filename, Buffer.from(text, 'latin1'));
      this.#remember(filename, sha256, reading);
      return reading;
    } catch (thrown) {
      if (thrown instanceof Refusal) return null;
      throw thrown;
    }
  }

  /** Writes what was read: nobody waits for it but the end of the run. */
  async close(): Promise<void> {
    await this.#write();
    await this.#memory?.cache.close();
  }

  async #keep(filename: string, sha256: string, reading: WheelReading): Promise<void> {
    this.#remember(filename, sha256, reading);
    if (this.#memory === null) return;
    // One character for each byte: METADATA need not be text.
    const text = Buffer.from(reading.metadata).toString('latin1');
    this.#unwritten.push({ key: this.#keyOf(filename, sha256), text });
    if (this.#unwritten.length >= MOST_UNWRITTEN) await this.#write();
  }

  async #write(): Promise<void> {
    const unwritten = this.#unwritten;
    this.#unwritten = [];
    for (const { key, text } of unwritten) await this.#memory?.cache.keep(key, text);
  }

  #remember(filename: string, sha256: string, reading: WheelReading): void {
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(placeOf(filename, sha256), reading);
  }

  #keyOf(filename: string, sha256: string): string {
    const parts = [FORMAT, this.#memory?.toolVersion ?? '', filename, sha256];
    return hash('sha256', JSON.stringify(parts), 'hex');
  }
}

function placeOf(filename: string, sha256: string): string {
  return `${sha256} ${filename}`;
}

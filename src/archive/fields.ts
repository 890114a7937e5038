// SPDX-License-Identifier: Apache-2.0

/** Little-endian numbers at fixed places of a ZIP structure. Out of range throws a RangeError. */
export class Fields {
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u16(at: number): number {
    return this.#view.getUint16(at, true);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  /** Infinity where a double cannot hold it exactly: larger than any bound it is compared with. */
  u64(at: number): number {
    const value = this.#view.getBigUint64(at, true);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : Infinity;
  }
}

/** Whether as many bytes at two places are the same. */
export function sameAt(
  a: Uint8Array,
  atA: number,
  b: Uint8Array,
  atB: number,
  length: number,
): boolean {
  for (let done = 0; done < length; done++) if (a[atA + done] !== b[atB + done]) return false;
  return true;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && sameAt(a, 0, b, 0, a.length);
}

// SPDX-License-Identifier: Apache-2.0

/** What is taken out of a usual entry's text. */
export type UsualPart =
  | 'filename'
  | 'address'
  | 'sha256'
  | 'sidecar'
  | 'requiresPython'
  | 'gpgSig'
  | 'yanked'
  | 'size'
  | 'uploadTime'
  | 'provenance';

/** Which group of an expression holds what; what its entries do not say, one that is never met. */
export type Places = Readonly<Record<UsualPart, number>>;

/**
 * One entry that says nothing but what nearly all say, each in the one usual way, as an expression
 * found it: hashes are 64 lower-case hex digits, texts are ASCII without anything that JSON escapes.
 * What is not said, or `null`, is `null` or `false`.
 */
export class UsualEntry {
  readonly #match: RegExpExecArray;
  readonly #places: Places;

  constructor(match: RegExpExecArray, places: Places) {
    this.#match = match;
    this.#places = places;
  }

  get filename(): string {
    return this.#match[this.#places.filename] ?? '';
  }

  /** Absolute https; ends in the file name, and its path holds nothing that the URL standard changes. */
  get address(): string {
    return this.#match[this.#places.address] ?? '';
  }

  get sha256(): string {
    return this.#match[this.#places.sha256] ?? '';
  }

  /** The sha256 of its metadata; `null`: there is none. */
  get sidecar(): string | null {
    return this.#match[this.#places.sidecar] ?? null;
  }

  get requiresPython(): string | null {
    return this.#match[this.#places.requiresPython] ?? null;
  }

  get gpgSig(): boolean | null {
    const text = this.#match[this.#places.gpgSig];
    return text === undefined ? null : text === 'true';
  }

  /** `true`, or the reason. */
  get yanked(): boolean | string {
    const text = this.#match[this.#places.yanked];
    if (text === undefined) return false;
    return text === 'true' ? true : text.slice(1, -1);
  }

  get size(): number | null {
    const text = this.#match[this.#places.size];
    return text === undefined ? null : Number(text);
  }

  get uploadTime(): string | null {
    return this.#match[this.#places.uploadTime] ?? null;
  }

  get provenance(): string | null {
    return this.#match[this.#places.provenance] ?? null;
  }
}

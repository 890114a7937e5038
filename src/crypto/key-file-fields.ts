// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';

const MAX_KEY_FILE = 4096;

/** The members of a key file, each as what it has to be. Throws `WP-TUF-KEY`. */
export class JsonFields {
  readonly #members: ReadonlyMap<string, unknown>;
  readonly #what: string;

  constructor(bytes: Uint8Array, what: string) {
    this.#what = what;
    this.#members = new Map(Object.entries(this.#parse(bytes)));
  }

  text(name: string): string {
    const value = this.#members.get(name);
    if (typeof value === 'string') return value;
    throw this.#wrong(name);
  }

  number(name: string): number {
    const value = this.#members.get(name);
    if (typeof value === 'number') return value;
    throw this.#wrong(name);
  }

  hex(name: string, size: number): string {
    const text = this.text(name);
    if (/^[0-9a-f]*$/u.test(text) && text.length === 2 * size) return text;
    throw this.#wrong(name);
  }

  base64(name: string, size: number): Buffer {
    const text = this.text(name);
    const bytes = Buffer.from(text, 'base64');
    if (bytes.length === size && bytes.toString('base64') === text) return bytes;
    throw this.#wrong(name);
  }

  #parse(bytes: Uint8Array): object {
    try {
      if (bytes.length > MAX_KEY_FILE) throw new RangeError('it is too long');
      const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
      if (typeof value === 'object' && value !== null) return value;
      throw new TypeError('it is no object');
    } catch (error) {
      throw new Refusal('WP-TUF-KEY', { message: `${this.#what}: no key file`, cause: error });
    }
  }

  #wrong(name: string): Refusal {
    return new Refusal('WP-TUF-KEY', {
      message: `${this.#what}: "${name}" is missing or of the wrong form`,
    });
  }
}

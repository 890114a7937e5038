// SPDX-License-Identifier: Apache-2.0

/**
 * The members of one canonical JSON object, each as ready text: the object's text is a join. Names
 * are ASCII, so that every language sorts them alike.
 */
export class Fragments {
  readonly #texts = new Map<string, string>();
  #names: string[] | null = null;

  get size(): number {
    return this.#texts.size;
  }

  get(name: string): string | undefined {
    return this.#texts.get(name);
  }

  entries(): Iterable<readonly [name: string, text: string]> {
    return this.#texts;
  }

  /** @param text the whole member: `"name":value`. */
  set(name: string, text: string): void {
    if (!this.#texts.has(name)) this.#names = null;
    this.#texts.set(name, text);
  }

  delete(name: string): void {
    if (this.#texts.delete(name)) this.#names = null;
  }

  copy(): Fragments {
    const twin = new Fragments();
    for (const [name, text] of this.#texts) twin.#texts.set(name, text);
    twin.#names = this.#names;
    return twin;
  }

  /** The object's text. */
  toText(): string {
    this.#names ??= [...this.#texts.keys()].sort();
    const texts: string[] = [];
    for (const name of this.#names) texts.push(this.#texts.get(name) ?? '');
    return `{${texts.join(',')}}`;
  }
}

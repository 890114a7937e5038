// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { printableUrl } from '../core/url.ts';

const MAX_LED = 10_000;

/** Where redirects led those who asked for a repository's references, by address. */
export class LedAddresses {
  readonly #origins = new Map<string, Set<string>>();

  /** The repositories that were asked for on the way to this address. */
  of(url: URL): readonly string[] {
    return [...(this.#origins.get(url.href) ?? [])];
  }

  /** @throws Refusal `WP-LIMIT-REDIRECTS` */
  add(url: URL, repositories: readonly string[]): void {
    if (repositories.length === 0) return;
    const known = this.#origins.get(url.href) ?? new Set<string>();
    for (const one of repositories) known.add(one);
    if (this.#origins.size >= MAX_LED || known.size > MAX_LED) {
      const message = `${printableUrl(url)}: repositories have led to more than ${MAX_LED} addresses`;
      throw new Refusal('WP-LIMIT-REDIRECTS', { message });
    }
    this.#origins.set(url.href, known);
  }
}

// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { printableUrl } from '../core/url.ts';
import type { Whereabouts } from './whereabouts.ts';

/**
 * Who named the address that is asked next. What the user's configuration names may lead anywhere;
 * once somebody outside has had a say, nothing of the way may lead inside (attack D13).
 */
export class Provenance {
  readonly #whereabouts: Whereabouts;
  #namedBy: URL | null;
  #isOutside = false;

  /** @param from the page that named the first address, `null` for the user's configuration. */
  constructor(whereabouts: Whereabouts, from: string | null) {
    this.#whereabouts = whereabouts;
    this.#namedBy = from === null ? null : URL.parse(from);
    this.#isOutside =
      from !== null && (this.#namedBy === null || !whereabouts.isInside(this.#namedBy.hostname));
  }

  get isOutside(): boolean {
    return this.#isOutside;
  }

  /** This address was asked, and its answer names the next one. */
  leadsOn(url: URL): void {
    this.#namedBy = url;
    this.#isOutside ||= !this.#whereabouts.isInside(url.hostname);
  }

  /** What stopped the way, with the one who led there. */
  explain(thrown: unknown): unknown {
    if (!(thrown instanceof Refusal) || thrown.code !== 'WP-INSIDE-ADDRESS') return thrown;
    const namer = this.#namedBy === null ? 'somebody outside' : printableUrl(this.#namedBy);
    const { code, hint, cause } = thrown;
    return new Refusal(code, { message: `${thrown.message} (named by ${namer})`, hint, cause });
  }
}

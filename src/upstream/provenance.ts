// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { UpstreamAsk } from '../core/upstream.ts';
import { printableUrl } from '../core/url.ts';
import { insideAddress } from './outside-lookup.ts';
import type { Whereabouts } from './whereabouts.ts';

/**
 * Who named the address that is asked next. What the user's configuration names may lead anywhere;
 * once somebody outside has had a say, nothing of the way may lead inside (attack D13).
 */
export class Provenance {
  readonly #whereabouts: Whereabouts;
  readonly #allowInside: (host: string) => boolean;
  readonly #asked: boolean;
  #namedBy: URL | null;
  #isOutside = false;

  /** @param ask `from` is the page that named the first address, `null` the user's configuration. */
  constructor(
    whereabouts: Whereabouts,
    allowInside: (host: string) => boolean,
    { from = null, outside }: Pick<UpstreamAsk, 'from' | 'outside'>,
  ) {
    this.#whereabouts = whereabouts;
    this.#allowInside = allowInside;
    this.#asked = outside === true;
    this.#namedBy = from === null ? null : URL.parse(from);
    this.#isOutside =
      this.#asked ||
      (from !== null && (this.#namedBy === null || !whereabouts.isInside(this.#namedBy.hostname)));
  }

  /**
   * @returns whether the connection to this address has to stay outside.
   * @throws Refusal `WP-INSIDE-ADDRESS` where it has to and says by itself that it does not.
   */
  judge(url: URL): boolean {
    if (!this.#isOutside || this.#allowInside(url.host)) return false;
    if (!this.#whereabouts.saysInside(url.hostname)) return true;
    throw insideAddress(`${printableUrl(url)} leads to ${url.hostname}`);
  }

  /** This address was asked, and its answer names the next one. */
  leadsOn(url: URL): void {
    this.#namedBy = url;
    this.#isOutside ||= !this.#whereabouts.isInside(url.hostname);
  }

  /** What stopped the way, with the one who led there. */
  explain(thrown: unknown): unknown {
    if (!(thrown instanceof Refusal) || thrown.code !== 'WP-INSIDE-ADDRESS') return thrown;
    const { code, cause } = thrown;
    const namer = this.#namer();
    const hint = this.#namedBy === null && this.#asked ? OWN_HOST : thrown.hint;
    return new Refusal(code, { message: `${thrown.message} (named by ${namer})`, hint, cause });
  }

  #namer(): string {
    if (this.#namedBy !== null) return printableUrl(this.#namedBy);
    return this.#asked ? 'the installer or what it runs' : 'somebody outside';
  }
}

const OWN_HOST = 'If it is to be reached, name the host in `allow-inside` of the policy.';

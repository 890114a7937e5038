// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import { judgeAddress } from '../core/source-address.ts';
import { printableUrl, publicUrl } from '../core/url.ts';
import { headersForAnotherOrigin, type Headers } from './header-rules.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** One address to be asked, and what may be said to it. */
export interface Hop {
  /** Without user name, password and fragment. */
  readonly url: URL;
  readonly headers: Headers;
}

export interface RedirectRules {
  readonly maxRedirects: number;
  readonly allowPlainHttp: (host: string) => boolean;
}

/** Where an answer leads, unjudged; `null` where nowhere. */
export function targetOf(
  from: URL,
  answer: { readonly status: number; readonly headers: Headers },
): URL | null {
  const location = answer.headers['location'];
  return REDIRECTS.has(answer.status) && location !== undefined
    ? URL.parse(location, from.href)
    : null;
}

/** The way of one ask from address to address; it never comes back to where it was. */
export class RedirectTrail {
  readonly #rules: RedirectRules;
  readonly #start: URL;
  readonly #seen: Set<string>;

  constructor(start: Hop, rules: RedirectRules) {
    this.#rules = rules;
    this.#start = start.url;
    this.#seen = new Set([start.url.href]);
  }

  /**
   * Where an answer leads, or `null` when it is the end of the way.
   * @throws Refusal `WP-LIMIT-REDIRECTS`, `WP-PLAIN-HTTP`, `WP-SCHEME`, `WP-HOST-LOOKALIKE`,
   *   `WP-UPSTREAM-STATUS` for a Location that is no address.
   */
  follow(from: Hop, answer: { readonly status: number; readonly headers: Headers }): Hop | null {
    const location = answer.headers['location'];
    if (!REDIRECTS.has(answer.status) || location === undefined) return null;
    const to = this.#judge(from.url, location);
    this.#count(from.url, to);
    const staysAtHome = to.origin === from.url.origin;
    return { url: to, headers: staysAtHome ? from.headers : headersForAnotherOrigin(from.headers) };
  }

  #judge(from: URL, location: string): URL {
    const { allowPlainHttp } = this.#rules;
    const url = URL.parse(location, from.href);
    if (url === null) {
      const message = `${printableUrl(from)} redirects to ${safeText(location, 200)}, which is no address`;
      throw new Refusal('WP-UPSTREAM-STATUS', { message });
    }
    const isDowngrade = from.protocol === 'https:' && url.protocol === 'http:';
    if (isDowngrade) throw plainHttp(from, url);
    const fault = judgeAddress(location, { from: from.href, allowPlainHttp });
    if (fault !== null) {
      const message = `${printableUrl(from)} redirects: ${fault.message}`;
      throw new Refusal(fault.code, { message, hint: fault.hint });
    }
    return new URL(publicUrl(url));
  }

  #count(from: URL, to: URL): void {
    const { maxRedirects } = this.#rules;
    if (this.#seen.has(to.href)) {
      throw endless(`${printableUrl(from)} redirects in a circle, back to ${printableUrl(to)}`);
    }
    this.#seen.add(to.href);
    if (this.#seen.size - 1 > maxRedirects) {
      throw endless(
        `${printableUrl(this.#start)} redirects more than ${maxRedirects} times, last to ${printableUrl(to)}`,
      );
    }
  }
}

function plainHttp(from: URL, to: URL): Refusal {
  return new Refusal('WP-PLAIN-HTTP', {
    message: `${printableUrl(from)} redirects to plain http: ${printableUrl(to)}; expected https`,
    hint: 'Report the redirect to the index operator.',
  });
}

function endless(message: string): Refusal {
  return new Refusal('WP-LIMIT-REDIRECTS', { message });
}

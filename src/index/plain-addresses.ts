// SPDX-License-Identifier: Apache-2.0
import { MAX_FILENAME_CHARACTERS, MAX_URL_CHARACTERS } from '../core/limits.ts';

/** What the URL standard leaves as it stands, behind an origin. */
const PLAIN_PATH = /^\/[A-Za-z0-9._~!$&'()*+,;=:@/-]*$/u;
const ORIGIN = /^https:\/\/[^/?#]+/u;
const SCHEME_LENGTH = 'https://'.length;
const HASH = /#sha256=[0-9a-f]{64}$/u;
const PLAIN_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._+!-]*[A-Za-z0-9])?$/u;

/**
 * Knows the addresses of one page that can be read in one way only: thousands of files lie on one
 * origin, and once that has been judged, only their paths differ.
 */
export class PlainAddresses {
  readonly #origins = new Set<string>();
  readonly #spelled = new Set<string>();
  /** Of these, where the address before lay. */
  #last: string | null = null;

  /**
   * The address as it will be asked (WHATWG URL, without fragment), where it ends in exactly this
   * file name and nothing about it is left to be judged; `null`: it must be parsed and judged.
   */
  hrefOf(address: string, filename: string): string | null {
    if (address.length > MAX_URL_CHARACTERS || filename.length > MAX_FILENAME_CHARACTERS) {
      return null;
    }
    const href = address.includes('#') ? address.replace(HASH, '') : address;
    const path = this.#pathOf(href);
    if (path === null || !PLAIN_PATH.test(path) || path.includes('/.')) return null;
    const isNamed = PLAIN_NAME.test(filename) && !filename.includes('..');
    return isNamed && path.endsWith(`/${filename}`) ? href : null;
  }

  /** Whether an address lies on an origin that was judged, and that nothing spoke against. */
  isOnLearnt(address: string): boolean {
    return this.#originOf(address) !== null;
  }

  /** Whether an https address is as the URL standard would spell it (WHATWG URL), whatever is to be thought of its host. */
  isSpelledOut(address: string): boolean {
    const [origin] = ORIGIN.exec(address) ?? [];
    if (origin === undefined || address.length > MAX_URL_CHARACTERS) return false;
    const path = address.slice(origin.length);
    if (!PLAIN_PATH.test(path) || path.includes('/.')) return false;
    if (!this.#spelled.has(origin) && URL.parse(origin)?.origin !== origin) return false;
    this.#spelled.add(origin);
    return true;
  }

  /** Nothing spoke against this address: its origin is good for the whole page. */
  learn(address: string, url: URL): void {
    const [origin] = ORIGIN.exec(address) ?? [];
    if (origin !== undefined && url.origin === origin) this.#origins.add(origin);
  }

  /** What follows a learned origin; `null` where none stands there. */
  #pathOf(href: string): string | null {
    const origin = this.#originOf(href);
    return origin === null ? null : href.slice(origin.length);
  }

  /** The learned origin that an address begins with. A page may have as many as it has files. */
  #originOf(address: string): string | null {
    const last = this.#last;
    if (last !== null && address.startsWith(last) && address[last.length] === '/') return last;
    const end = address.indexOf('/', SCHEME_LENGTH);
    const origin = address.slice(0, Math.max(0, end));
    if (!this.#origins.has(origin)) return null;
    this.#last = origin;
    return origin;
  }
}

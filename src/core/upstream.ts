// SPDX-License-Identifier: Apache-2.0
import type { Tries } from './tries.ts';

/** One request to the outside. */
export interface UpstreamAsk {
  readonly url: string;
  readonly method: string;
  /** Lower-case names. Credentials among them go to this URL's origin only, never past a redirect to another. */
  readonly headers: Readonly<Record<string, string>>;
  /** A body that passes this many bytes ends in `WP-LIMIT-SIZE`, whatever its length header says. */
  readonly maxBytes: number;
  readonly body?: AsyncIterable<Uint8Array> | null;
  /**
   * `follow` (with at most MAX_REDIRECTS hops, never from https to http) or `hand-back` the 3xx itself.
   */
  readonly redirects: 'follow' | 'hand-back';
  /**
   * The page (after redirects) that named this address, `null` or absent where the user or the
   * installer's own configuration did. What a page of the outside names may not lead inside.
   */
  readonly from?: string | null;
  /** Who asks for it is not known to act for the user (a build, say): it may not lead inside. */
  readonly outside?: true;
  /** For everything: redirects, further tries and the body's last byte. Absent: no such bound. */
  readonly withinMs?: number;
  readonly signal?: AbortSignal;
  /**
   * What is asked for stays the same however often, and these are all the tries for it. An answer
   * that is late is then asked for a second time beside the first (which counts as a try).
   */
  readonly tries?: Tries;
}

export interface UpstreamAnswer {
  readonly status: number;
  /** Lower-case names; a repeated header is joined by `, ` (set-cookie by a newline). */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the answer came from, after redirects. */
  readonly url: string;
  /**
   * Whether its server is known to lie inside (loopback, a private network, …); absent where it
   * does not, or where a proxy hides it.
   */
  readonly inside?: true;
  /**
   * Raw bytes, never decompressed. Throws a `Refusal` when it is cut, stalls or passes the bound.
   * Read it to its end or call its iterator's `return()`: until then it holds a connection.
   */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The outside world, as far as it answers to URLs. */
export interface Upstream {
  /**
   * @throws Refusal `WP-UPSTREAM-UNREACHABLE`, `WP-UPSTREAM-TRUNCATED`, `WP-TLS`,
   *   `WP-TLS-WEAK`, `WP-SPKI-MISMATCH`, `WP-INSIDE-ADDRESS`, `WP-PLAIN-HTTP`, `WP-SCHEME`,
   *   `WP-HOST-LOOKALIKE`, `WP-LIMIT-REDIRECTS`, `WP-LIMIT-SIZE`, `WP-LIMIT-TIME`;
   *   `WP-UPSTREAM-STATUS` for what a proxy answers or a Location that is no address; `WP-USAGE` for
   *   a proxy that cannot be used. An abort throws the signal's own reason.
   *   Any status is an answer; a GET or HEAD that could not be answered has been tried MAX_TRIES times.
   */
  request(ask: UpstreamAsk): Promise<UpstreamAnswer>;
  close(): Promise<void>;
}

// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { PageAsk } from '../core/evidence.ts';
import type { Upstream } from '../core/upstream.ts';
import type { HostMemory } from '../trust/hosts.ts';

export interface UserHostsParts {
  /** What the user configured, named or pinned: only that host (with its port) counts. */
  readonly addresses: readonly string[];
  /** Index base addresses among them: what lies on their files' hosts counts as well. */
  readonly indexes: readonly string[];
  readonly hosts: HostMemory;
}

/**
 * The hosts that the user's own configuration leads to, which may lie inside. Whoever else asks the
 * gate for an address (a jailed build, say) may not use it to reach what the jail keeps from him:
 * a request that is refused afterwards has been made all the same (attack D13).
 */
export class UserHosts {
  readonly #named: ReadonlySet<string>;
  readonly #parts: UserHostsParts;
  /** Hosts that a page of this run came from. */
  readonly #indexHosts: ReadonlySet<string>;

  constructor(parts: UserHostsParts, indexHosts: ReadonlySet<string>) {
    this.#parts = parts;
    this.#indexHosts = indexHosts;
    this.#named = new Set(parts.addresses.flatMap((url) => URL.parse(url)?.host ?? []));
  }

  /** As it is to be asked for. */
  page(ask: PageAsk): PageAsk {
    return this.#has(ask.url) ? ask : { ...ask, outside: true };
  }

  /** The way to a file: what a page listed is judged by that page. */
  wayTo({ listed, url }: Artifact, upstream: Upstream): Upstream {
    return listed !== null || this.#has(url) ? upstream : outsideOnly(upstream);
  }

  #has(url: string): boolean {
    const { host } = new URL(url);
    const { indexes, hosts } = this.#parts;
    if (this.#named.has(host) || this.#indexHosts.has(host)) return true;
    return indexes.some((index) => hosts.known(index).includes(host));
  }
}

function outsideOnly(upstream: Upstream): Upstream {
  return {
    request: (ask) => upstream.request({ ...ask, outside: true }),
    close: () => upstream.close(),
  };
}

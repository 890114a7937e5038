// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/clock.ts';
import type { TrustRows } from '../core/trust-rows.ts';

export type HostJudgement = 'known' | 'first' | 'foreign';

/**
 * Which hosts an index's files were seen on. Those of the first page that is read are remembered;
 * once an index has any, every other host is foreign to it.
 */
export class HostMemory {
  readonly #rows: TrustRows;
  readonly #clock: Clock;
  /** What was read or written in this run; hosts are only ever added. */
  readonly #known = new Map<string, Set<string>>();

  constructor(rows: TrustRows, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  /**
   * Whether files of this index were seen on `host` (with its port where it has one) before. An
   * index's own host is always known to it. Nothing is written.
   */
  judge(index: string, host: string): HostJudgement {
    if (isOwnHost(index, host) || this.#hostsOf(index).has(host)) return 'known';
    const hosts = this.#read(index); // another run may have been the first meanwhile
    if (hosts.has(host)) return 'known';
    return hosts.size === 0 ? 'first' : 'foreign';
  }

  /** Own hosts too: an index that serves its files itself is not at its first use any more. */
  remember(index: string, host: string): void {
    if (this.#hostsOf(index).has(host)) return;
    this.#rows.rememberHost({ index, host, firstSeen: this.#clock.now() });
    this.#hostsOf(index).add(host);
  }

  #hostsOf(index: string): Set<string> {
    return this.#known.get(index) ?? this.#read(index);
  }

  #read(index: string): Set<string> {
    const hosts = new Set(this.#rows.hosts(index).map(({ host }) => host));
    this.#known.set(index, hosts);
    return hosts;
  }
}

function isOwnHost(index: string, host: string): boolean {
  return URL.parse(index.replace(/^direct:/u, ''))?.host === host;
}

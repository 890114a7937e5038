// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/clock.ts';
import type { TrustRows } from '../core/trust-rows.ts';

export type HostJudgement = 'known' | 'first' | 'foreign';

/**
 * On which hosts an index's files lie. In the first run in which anything of an index is accepted,
 * each host that a file was accepted from is learned; from the next run on every other host is
 * foreign to the index.
 */
export class HostMemory {
  readonly #rows: TrustRows;
  readonly #clock: Clock;
  /** What was read or written in this run; hosts are only ever added. */
  readonly #known = new Map<string, Set<string>>();
  /** Indexes that nothing was known of when this run first met them. */
  readonly #learning = new Set<string>();

  constructor(rows: TrustRows, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  /**
   * Whether files of this index were accepted from `host` (with its port where it has one) before.
   * An index's own host is always known to it. Nothing is written.
   */
  judge(index: string, host: string): HostJudgement {
    if (isOwnHost(index, host) || this.#hostsOf(index).has(host)) return 'known';
    if (this.#learning.has(index)) return 'first';
    return this.#read(index).has(host) ? 'known' : 'foreign'; // a run beside may have learned it
  }

  /** The hosts that are known of an index, its own first. */
  known(index: string): readonly string[] {
    const own = URL.parse(index)?.host;
    return [...new Set([...(own === undefined ? [] : [own]), ...this.#hostsOf(index)])];
  }

  /**
   * A file of this index was accepted from `host`. Own hosts count too: an index that serves its
   * files itself is not at its first run any more.
   * @returns whether the host was learned just now, beside the index's own.
   */
  remember(index: string, host: string): boolean {
    const judgement = this.judge(index, host);
    const isOwn = isOwnHost(index, host);
    if (judgement === 'foreign' || this.#hostsOf(index).has(host)) return false;
    this.#rows.rememberHost({ index, host, firstSeen: this.#clock.now() });
    this.#hostsOf(index).add(host);
    return !isOwn;
  }

  #hostsOf(index: string): Set<string> {
    const known = this.#known.get(index);
    if (known !== undefined) return known;
    const hosts = this.#read(index);
    if (hosts.size === 0) this.#learning.add(index);
    return hosts;
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

// SPDX-License-Identifier: Apache-2.0
import { isIP } from 'node:net';
import { isInsideAddress, isInsideHost } from '../core/inside-address.ts';

/**
 * Which servers lie inside (this machine, its own network), told by the addresses that connections
 * really led to, never by a second look-up. One connection to the outside is enough: who names a
 * host can have it lead elsewhere the next time.
 */
export class Whereabouts {
  readonly isInsideAddress: (address: string) => boolean;
  readonly #inside = new Map<string, boolean>();

  constructor(judge: (address: string) => boolean = isInsideAddress) {
    this.isInsideAddress = judge;
  }

  /** Whether an address says by itself that it leads inside. `hostname` as a URL has it. */
  saysInside(hostname: string): boolean {
    const host = hostname.replace(/^\[|\]$/gu, '');
    return isIP(host) === 0 ? isInsideHost(host) : this.isInsideAddress(host);
  }

  /** A connection to this host came about, directly. */
  connected(hostname: string, address: string): void {
    const host = hostname.toLowerCase();
    const before = this.#inside.get(host) ?? true;
    this.#inside.set(host, before && this.isInsideAddress(address));
  }

  /** Whether a host is known to lie inside; behind a proxy, only by its address. */
  isInside(hostname: string): boolean {
    return this.#inside.get(hostname.toLowerCase()) ?? this.saysInside(hostname);
  }
}

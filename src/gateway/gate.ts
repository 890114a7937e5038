// SPDX-License-Identifier: Apache-2.0
import type { GatewayParts } from './parts.ts';
import { LedAddresses } from './led-addresses.ts';
import { RefusedAddresses } from './refused-addresses.ts';

const MAX_COUNTED_HOSTS = 10_000;

/** What one gateway knows through its run. */
export class Gate {
  readonly parts: GatewayParts;
  readonly refused = new RefusedAddresses();
  /** Addresses whose answers showed only at their end that they carry an archive: files from then on. */
  readonly carriers = new Set<string>();
  /** Where asks for references were led to. */
  readonly led = new LedAddresses();
  readonly #traffic = new Map<string, number>();

  constructor(parts: GatewayParts) {
    this.parts = parts;
  }

  countTraffic(host: string): void {
    this.parts.log({ event: 'other-traffic', host });
    const known = this.#traffic.get(host);
    if (known !== undefined || this.#traffic.size < MAX_COUNTED_HOSTS) {
      this.#traffic.set(host, (known ?? 0) + 1);
    }
  }

  otherTraffic(): readonly { readonly host: string; readonly requests: number }[] {
    return [...this.#traffic].map(([host, requests]) => ({ host, requests }));
  }
}

// SPDX-License-Identifier: Apache-2.0
import { lookup as lookupBySystem, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';

/**
 * A look-up whose addresses all lie outside. The connection uses exactly what it answers, so that a
 * name cannot lead elsewhere between judgement and use (attack D13).
 * @throws Refusal through its callback: `WP-INSIDE-ADDRESS` where no other address is left.
 */
export function lookupOutside(
  base: LookupFunction = lookupBySystem,
  isInside: (address: string) => boolean,
): LookupFunction {
  return (hostname, options, callback) => {
    base(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const addresses: readonly LookupAddress[] =
        typeof found === 'string'
          ? [{ address: found, family: options.family === 6 ? 6 : 4 }]
          : found;
      const outside = addresses.filter(({ address }) => !isInside(address));
      const [first] = outside;
      if (first === undefined) callback(leadsInside(hostname, addresses), []);
      else if (options.all === true) callback(null, [...outside]);
      else callback(null, first.address, first.family);
    });
  };
}

function leadsInside(hostname: string, addresses: readonly LookupAddress[]): Refusal {
  const found = addresses.map(({ address }) => address).join(', ') || 'no address';
  return insideAddress(`${safeText(hostname, 255)} leads to ${safeText(found, 200)}`);
}

/** @param what names the host and the address. */
export function insideAddress(what: string): Refusal {
  const message = `${what}, which lies inside; expected an address outside`;
  return new Refusal('WP-INSIDE-ADDRESS', { message });
}

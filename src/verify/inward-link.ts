// SPDX-License-Identifier: Apache-2.0
import { reason, type Reason } from '../core/errors.ts';
import type { ReadPage } from '../core/evidence.ts';
import { isInsideHost } from '../core/inside-address.ts';
import { printableUrl } from '../core/url.ts';
import { allowsInside, type Policy } from '../policy/index.ts';

/** A page as it was read, where it really came from, and the index that it speaks for. */
export interface PageSource extends ReadPage {
  readonly index: string;
}

/**
 * Whether a page of the outside may list this address, as far as the address alone tells (attack
 * D13); `null`: yes. Where a name leads is judged when it is connected to.
 */
export function judgeInwardLink(policy: Policy, page: PageSource, address: string): Reason | null {
  const { host, hostname } = new URL(address);
  if (page.inside === true || !isInsideHost(hostname) || allowsInside(policy, host)) return null;
  return reason(
    'WP-INSIDE-ADDRESS',
    `${printableUrl(page.url)} lists ${printableUrl(address)}, which lies inside; expected an address outside`,
  );
}

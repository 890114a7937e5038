// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/clock.ts';
import {
  allowsInside,
  allowsPlainHttp,
  pinsFor,
  refusesWeakTls,
  type Policy,
} from '../policy/index.ts';
import type { UpstreamSettings } from '../upstream/index.ts';

type Transport = Pick<
  UpstreamSettings,
  'minimumTls' | 'allowPlainHttp' | 'refuseWeakTls' | 'allowInside' | 'pinsOf'
>;

/** What a policy asks of connections to the outside. */
export function transportOf(policy: Policy, clock: Clock): Transport {
  return {
    minimumTls: policy.minimumTls === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
    allowPlainHttp: (host) => allowsPlainHttp(policy, host),
    refuseWeakTls: refusesWeakTls(policy),
    allowInside: (host) => allowsInside(policy, host),
    pinsOf: (hostname, port) => pinsFor(policy, { hostname, port }, clock.now()),
  };
}

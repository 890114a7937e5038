// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/clock.ts';
import type { Reason } from '../core/errors.ts';
import type { RepositoryWatch } from '../core/repository.ts';
import type { Upstream } from '../core/upstream.ts';
import type { Verification } from '../core/verification.ts';
import type { RequestKind } from './classify.ts';

/** What the gate saw and did; addresses are printable (no credentials, no query values). */
export type GatewayEvent =
  | {
      readonly event: 'request';
      readonly kind: RequestKind;
      readonly method: string;
      readonly url: string;
      readonly status: number;
    }
  /** A refusal that went out: of a file or page by verification, of other traffic by the gate. */
  | {
      readonly event: 'refused';
      readonly kind: RequestKind;
      readonly url: string;
      readonly reason: Reason;
    }
  /** Answered by the outside, unverified, since it carried no distribution. */
  | { readonly event: 'other-traffic'; readonly host: string }
  | { readonly event: 'unauthenticated'; readonly reason: Reason }
  /** A request that no installer sends: malformed, or not to a proxy. */
  | { readonly event: 'malformed'; readonly reason: Reason }
  /** The client did not finish TLS with us: mostly one that does not trust this run's CA. */
  | { readonly event: 'handshake-failed'; readonly host: string; readonly message: string }
  /** `WP-INTERNAL`: a fault of ours. */
  | { readonly event: 'fault'; readonly url: string; readonly reason: Reason };

export interface GatewayParts {
  readonly verification: Verification;
  /** For traffic that carries no distribution. */
  readonly upstream: Upstream;
  readonly clock: Clock;
  /** The user who owns the client's end of a connection to us: our port, then the client's; `null` when unknown. */
  peerOwner(localPort: number, remotePort: number): Promise<number | null>;
  /** `null` where users have no ids: then only the secret admits. */
  readonly ownUid: number | null;
  log(event: GatewayEvent): void;
  /** Whether an address lies under an index that the user configured. */
  isKnownIndexUrl?(url: string): boolean;
  /** Whether the user named this host, as in an address: what is asked of it may lead inside. */
  isNamedHost?(host: string): boolean;
  /** Judges what git is told; everything passes where absent. */
  readonly repositories?: RepositoryWatch;
  /** Let the installer's private cache keep pages, to be asked for each time (default: no). */
  readonly cachesPages?: boolean;
  /** Whether the installer's cache may keep wheels; whoever says so checks them before they are used. */
  readonly keepsWheels?: boolean;
}

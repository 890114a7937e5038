// SPDX-License-Identifier: Apache-2.0
import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { Refusal } from '../core/errors.ts';
import { connectRefusal, placeOf, unreachable, type Peer } from './failure.ts';

/** One connection on its way. */
export interface Attempt {
  readonly signal: AbortSignal;
  readonly opened: Socket[];
  /** The server took the call; what is missing is its half of TLS. */
  isAnswered: boolean;
  /** What the server showed last, while that may be of an issuer that was not looked for yet. */
  shown: readonly X509Certificate[];
  /** How many roots counted then ({@link Trust.stage}). */
  stage: number;
}

/** A server that takes the call and says nothing is slow; one that does not take it is not there. */
export function tooLate(target: Peer, { isAnswered }: Attempt, timeoutMs: number): Refusal {
  const place = placeOf(target);
  return isAnswered
    ? new Refusal('WP-LIMIT-TIME', {
        message: `${place}: connected, but no TLS within ${timeoutMs} ms`,
      })
    : unreachable(`${place}: no connection within ${timeoutMs} ms`);
}

/**
 * The outermost layer first, and not while Node is still telling of the handshake: a socket that is
 * taken away under its TLS just then brings the whole process down.
 */
export function endSoon(opened: readonly Socket[]): void {
  setImmediate(() => {
    for (const socket of opened.toReversed()) socket.destroy();
  });
}

/** @throws Refusal for whatever ends the step: it, the attempt's end, or its time. */
export async function during(
  peer: Peer,
  { signal }: Attempt,
  step: () => Promise<unknown>,
  certificate: () => X509Certificate | null = () => null,
): Promise<void> {
  try {
    await step();
  } catch (error) {
    throw connectRefusal(signal.aborted ? signal.reason : error, peer, certificate());
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { OutgoingHttpHeaders } from 'node:http';

/** A status that the outside gave instead of what was asked for: an error, and nothing else. */
export function passableStatus(status: number): number {
  return Number.isInteger(status) && status >= 400 && status <= 599 ? status : 404;
}

/** The challenge of a server that wants to know who asks, where it is fit to be a header. */
export function challengeHeader(challenge: string | null): OutgoingHttpHeaders {
  const fit = challenge !== null && /^[\x20-\x7e]{1,2000}$/u.test(challenge);
  return fit ? { 'www-authenticate': challenge } : {};
}

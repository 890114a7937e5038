// SPDX-License-Identifier: Apache-2.0
import type { KeyPins } from '../core/key-pins.ts';
import { matchesHost } from './glob.ts';
import type { PinRule, Policy } from './policy.ts';

const DAY_MS = 86_400_000;
/** How long before their date pins are told to be renewed (attack D05). */
const EXPIRY_NOTICE_DAYS = 14;

/** How old a page may be that is used while its index is down; 0: none is (attack F03). */
export function stalePageMs({
  strict,
  staleIfErrorMs,
}: Pick<Policy, 'strict' | 'staleIfErrorMs'>): number {
  return strict ? 0 : staleIfErrorMs;
}

/** Whether connections whose TLS is weak are refused, or only noted. */
export function refusesWeakTls(policy: Pick<Policy, 'strict' | 'weakTls'>): boolean {
  return policy.strict || policy.weakTls === 'refuse';
}

/** Whether a page of the outside may name this host (as in a URL) although it lies inside. */
export function allowsInside(policy: Policy, host: string): boolean {
  return policy.allowInside.some((glob) => matchesHost(glob, host));
}

/**
 * The keys that a server must show, a table each: it must meet every one, so that no file can
 * loosen what another says. Past their date pins still hold; under strict only backup pins do.
 */
export function pinsFor(
  policy: Pick<Policy, 'pins' | 'strict'>,
  server: { readonly hostname: string; readonly port: number },
  now: number,
): readonly KeyPins[] {
  const { hostname, port } = server;
  const host = `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
  return policy.pins
    .filter((rule) => matchesHost(rule.host, host))
    .map(({ primary, backup, expires, source }) => ({
      primary,
      backup,
      expired: policy.strict && expires !== null && expires <= now,
      source,
    }));
}

/** What is to be said of pins whose date is near or past. */
export function pinNotes(
  { pins, strict }: Pick<Policy, 'pins' | 'strict'>,
  now: number,
): readonly string[] {
  return pins.flatMap(({ host, expires, source }: PinRule) => {
    if (expires === null || expires - now > EXPIRY_NOTICE_DAYS * DAY_MS) return [];
    const date = new Date(expires).toISOString();
    if (expires > now) return [`${source}: the pins of ${host} expire ${date}; renew them`];
    const effect = strict ? 'only its backup pins count' : 'they still count; renew them';
    return [`${source}: the pins of ${host} expired ${date}; ${effect}`];
  });
}

// SPDX-License-Identifier: Apache-2.0
import { MAX_URL_CHARACTERS } from '../core/limits.ts';

/** Where a tunnel leads: what the client named in its CONNECT decides, whatever it says inside. */
export interface Destination {
  /** Without brackets. */
  readonly host: string;
  /** `host:port`, as in an address. */
  readonly authority: string;
}

export type Target =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly status: 400 | 421; readonly detail: string };

export interface RequestHead {
  /** The request line's target. */
  readonly target: string;
  /** Every `Host` header. */
  readonly hosts: readonly string[];
}

const AUTHORITY = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/iu;
const ENCODED_CONTROL = /%(?:[01][0-9a-f]|7f)/iu;

/** The target of a CONNECT: a host and a port, nothing else. */
export function readDestination(text: string): Destination | null {
  if (!/:\d{1,5}$/u.test(text)) return null;
  const url = parseAuthority('http:', text);
  if (url === null) return null;
  const port = text.slice(text.lastIndexOf(':') + 1);
  const host = url.hostname.replace(/^\[|\]$/gu, '');
  return { host, authority: `${url.hostname}:${Number(port)}` };
}

/** A request inside a tunnel: origin-form only, for the host that the tunnel was opened to. */
export function readTunnelled(
  head: RequestHead,
  scheme: 'http:' | 'https:',
  destination: Destination,
): Target {
  if (!head.target.startsWith('/')) return bad('the request names another address than its tunnel');
  const parsed = parseAddress(`${scheme}//${destination.authority}${head.target}`, head.target);
  return parsed.ok ? checkHost(parsed.url, head.hosts) : parsed;
}

/** A request to the proxy itself: absolute-form only. */
export function readAbsolute(head: RequestHead): Target {
  if (head.target.startsWith('/') || head.target === '*') {
    return { ok: false, status: 421, detail: 'this is a proxy, not a server' };
  }
  const form = /^https?:\/\/([^/?]*)(.*)$/iu.exec(head.target);
  if (form === null || !AUTHORITY.test(form[1] ?? '')) {
    return bad('the request target is no plain http or https address');
  }
  const parsed = parseAddress(head.target, form[2] ?? '');
  return parsed.ok ? checkHost(parsed.url, head.hosts) : parsed;
}

/**
 * Refuses what programs read in different ways: raw controls and non-ASCII, backslashes (slashes
 * to some), fragments (never sent), encoded controls in the path.
 */
function parseAddress(address: string, path: string): Target {
  if (address.length > MAX_URL_CHARACTERS) return bad('the address is too long');
  const clean = /^[\x21-\x7e]*$/u.test(path) && !/[\\#]/u.test(path);
  if (!clean || ENCODED_CONTROL.test(path.split('?', 1)[0] ?? '')) {
    return bad('the address holds characters that no address holds');
  }
  const url = URL.parse(address);
  return url === null ? bad('the address cannot be read') : { ok: true, url };
}

function checkHost(url: URL, hosts: readonly string[]): Target {
  const [host, ...more] = hosts;
  if (host === undefined || more.length > 0) return bad('there must be exactly one Host header');
  const named = parseAuthority(url.protocol, host);
  if (named?.host !== url.host) return bad('the Host header names another host than the address');
  return { ok: true, url };
}

function parseAuthority(scheme: string, authority: string): URL | null {
  return AUTHORITY.test(authority) ? URL.parse(`${scheme}//${authority}/`) : null;
}

function bad(detail: string): Target {
  return { ok: false, status: 400, detail };
}

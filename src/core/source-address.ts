// SPDX-License-Identifier: Apache-2.0
import { isDistributionLike } from './distribution-filename.ts';
import { reason, type Reason } from './errors.ts';
import { MAX_FILENAME_CHARACTERS } from './limits.ts';
import { safeText } from './safe-text.ts';
import { isLoopbackHost } from './url.ts';

export interface AddressContext {
  /** The page that holds the address, or `null` for one that the user configured. */
  readonly from: string | null;
  /** What a relative address starts from, where the page says something else than its own address. */
  readonly base?: string;
  /** Hosts that the policy lets use plain http. */
  readonly allowPlainHttp?: (host: string) => boolean;
}

/** Whether an address may be asked at all: its scheme, its host as written, its transport. */
export function judgeAddress(address: string, context: AddressContext): Reason | null {
  return judgeResolved(address, resolve(address, context.base ?? context.from), context);
}

/** As {@link judgeAddress}, where the address has been resolved before; `null` where it cannot be. */
export function judgeResolved(
  address: string,
  url: URL | null,
  context: AddressContext,
): Reason | null {
  if (url === null) {
    return /^https?:/iu.test(address) || context.from !== null
      ? lookalike(address, 'no host can be read from it')
      : reason('WP-SCHEME', `${shown(address)} has no scheme; expected https`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    const origin = context.from === null ? '' : `, linked from ${shown(context.from)}`;
    return reason(
      'WP-SCHEME',
      `${shown(address)}${origin} has the scheme ${url.protocol.slice(0, -1)}; expected https`,
    );
  }
  return judgeHost(address, url, context.from) ?? judgeTransport(address, url, context);
}

/**
 * Whether an address ends in exactly this file name, and says it in one way only.
 * @param address as the page spells it, relative or absolute.
 */
export function judgeFileAddress(address: string, filename: string): Reason | null {
  const fault = faultOf(filename);
  if (fault !== null) {
    return reason('WP-URL-NAME', `${shown(address)}: the file name ${shown(filename)} ${fault}`);
  }
  const { segment, query, fragment } = partsOf(address);
  const decoded = decodeOnce(segment);
  if (decoded !== filename) {
    return reason(
      'WP-URL-NAME',
      `${shown(address)}: expected the last path segment ${shown(filename)}, found ${shown(decoded ?? segment)}`,
    );
  }
  const other = otherName(query, filename);
  if (query.includes('/') || other !== null) {
    const found = other === null ? 'holds a slash' : `names ${shown(other)}`;
    return reason('WP-URL-NAME', `${shown(address)}: the query ${found} beside ${filename}`);
  }
  const second = otherName(fragment, filename) ?? eggName(fragment);
  if (second !== null) {
    return reason(
      'WP-URL-NAME',
      `${shown(address)}: the fragment names ${shown(second)} beside ${filename}`,
    );
  }
  return null;
}

function resolve(address: string, start: string | null): URL | null {
  return URL.parse(address, start ?? undefined);
}

function judgeHost(address: string, url: URL, from: string | null): Reason | null {
  const host = url.hostname;
  const written = writtenAuthority(address);
  // oxlint-disable-next-line no-control-regex -- finding control characters is the point
  if (/^[^?#]*[\\\u0000-\u001f\u007f]/u.test(address)) {
    return lookalike(
      address,
      `it holds a backslash or a control character; the real host is ${host}`,
    );
  }
  if (host.split('.').some((label) => label.startsWith('xn--'))) {
    return lookalike(address, `its host is ${host}, which stands for letters outside ASCII`);
  }
  if (host.endsWith('.')) return lookalike(address, `its host ${host} ends in a dot`);
  if (isDisguised(url, from)) {
    return lookalike(
      address,
      `what stands before the @ looks like a host; the real host is ${host}`,
    );
  }
  // IPv6 has many spellings; every other host is refused unless written as it will be asked.
  const isPlain = written === null || host.startsWith('[') || written.host === host;
  return isPlain ? null : lookalike(address, `the real host is ${host}`);
}

/** `https://index.test@evil.test/` asks evil.test; a configured user name with a password may hold dots. */
function isDisguised(url: URL, from: string | null): boolean {
  if (url.username === '') return false;
  const name = decodeOnce(url.username) ?? url.username;
  if (/[/\\?#\s]/u.test(name) || isLoopbackHost(name)) return true;
  if (!/[.\u3002\uff0e\uff61]/u.test(name)) return false;
  return from !== null || url.password === '' || /^\d{1,5}(?:\D|$)/u.test(url.password);
}

/** The host exactly as written, lower-case and without port; `null` in a relative address. */
function writtenAuthority(address: string): { readonly host: string } | null {
  const match = /^\s*(?:[a-z][a-z0-9+.-]*:)?(?<slashes>[/\\\t\r\n]*)(?<authority>[^/?#\\]*)/iu.exec(
    address,
  );
  const slashes = match?.groups?.['slashes'] ?? '';
  const hasScheme = /^\s*[a-z][a-z0-9+.-]*:/iu.test(address);
  if (!hasScheme && slashes.replace(/[\t\r\n]/gu, '').length < 2) return null;
  const authority = match?.groups?.['authority'] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/u, '');
  return { host: slashes === '//' ? host.toLowerCase() : `${slashes}${host}` };
}

function judgeTransport(address: string, url: URL, context: AddressContext): Reason | null {
  if (url.protocol === 'https:') return null;
  const host = url.hostname;
  const fromHttps = context.from !== null && /^https:/iu.test(context.from);
  if (isLoopbackHost(host)) {
    if (!fromHttps) return null;
    return reason(
      'WP-PLAIN-HTTP',
      `${shown(address)} uses plain http, but the page that links it, ${shown(context.from ?? '')}, came by https`,
    );
  }
  if (context.allowPlainHttp?.(host) === true) return null;
  return reason('WP-PLAIN-HTTP', `${shown(address)} uses plain http to ${host}; expected https`);
}

function lookalike(address: string, why: string): Reason {
  return reason('WP-HOST-LOOKALIKE', `${shown(address)}: ${why}`);
}

/** What makes a file name unclean, in words that follow it. */
function faultOf(filename: string): string | null {
  if (filename === '') return 'is empty';
  if (filename.length > MAX_FILENAME_CHARACTERS) return `is longer than ${MAX_FILENAME_CHARACTERS}`;
  if (/[^\x20-\x7e]/u.test(filename)) return 'holds characters outside printable ASCII';
  if (/[/\\%]/u.test(filename)) return 'holds a slash or a percent sign';
  if (/[?#;]/u.test(filename)) return 'holds a character that ends a path';
  if (filename.includes('..')) return 'holds two dots in a row';
  if (/^[. ]|[. ]$/u.test(filename)) return 'begins or ends with a dot or a space';
  return null;
}

function partsOf(address: string): { segment: string; query: string; fragment: string } {
  const match = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/su.exec(address);
  const [, path = '', query = '', fragment = ''] = match ?? [];
  return { segment: path.slice(path.lastIndexOf('/') + 1), query, fragment };
}

function decodeOnce(text: string): string | null {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // not UTF-8 under the percent signs: no name at all
  }
}

/** The first word in a query or fragment that ends like a package and is not this file. */
function otherName(text: string, filename: string): string | null {
  if (!/[.%]/u.test(text)) return null;
  const once = decodeOnce(text) ?? text;
  const words = [once, decodeOnce(once) ?? once].flatMap((decoded) =>
    decoded.split(/[^A-Za-z0-9._+!-]+/u),
  );
  return words.find((word) => word !== filename && isDistributionLike(word)) ?? null;
}

/** `#egg=NAME` tells installers which project a link is of. */
function eggName(fragment: string): string | null {
  const decoded = decodeOnce(fragment) ?? fragment;
  return /(?:^|[&;?])egg=(?<name>[^&;]*)/iu.exec(decoded)?.groups?.['name'] ?? null;
}

/** Hostile, and it may hold a password or a signature. */
function shown(address: string): string {
  const withoutUser = address.replace(/^((?:[a-z][a-z0-9+.-]*:)?[/\\]*)[^/?#\\]*@/iu, '$1…@');
  return safeText(withoutUser.replace(/\?[^#]+/u, '?…'), 300);
}

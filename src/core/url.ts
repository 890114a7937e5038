// SPDX-License-Identifier: Apache-2.0

/** The host of an address that is spelled as `URL.href` is, with its port where it has one. */
export function hostOf(href: string): string {
  return /^https?:\/\/([a-z0-9.-]+(?::[0-9]+)?)\//u.exec(href)?.[1] ?? new URL(href).host;
}

/** A base address as addresses below it begin. */
export function withSlash(base: string): string {
  return base.replace(/\/*$/u, '/');
}

/** An address as it may be shown and kept: no user name, no password, no fragment. Query values stay. */
export function publicUrl(address: string | URL): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  url.hash = '';
  return url.href;
}

/** An address as it may be printed: as {@link publicUrl}, and without its query, which may hold a signature. */
export function printableUrl(address: string | URL): string {
  const url = new URL(publicUrl(address));
  if (url.search !== '') url.search = '?…';
  return url.href.replace('?%E2%80%A6', '?…');
}

/**
 * One key for every spelling of an address that installers take for the same: pip quotes a path
 * anew before it asks (`+` becomes `%2B`). A quoted slash stays another thing than a slash.
 */
export function addressKey(address: string): string {
  if (isPlain(address)) return address;
  const url = URL.parse(address);
  if (url === null) return address;
  const path = respell(url.pathname, /[^A-Za-z0-9._~!$&'()*+,;=:@/%-]/gu, /[\w.~!$&'()*+,;=:@-]/u);
  const query = respell(url.search, /[^A-Za-z0-9._~!$&'()*+,;=:@/?[\]%-]/gu, /[\w.~-]/u);
  return `${url.protocol}//${url.host}${path}${query}`;
}

const PLAIN_ADDRESS =
  /^https:\/\/(?:[a-z0-9-]+\.)*[a-z]+(?::(?!443\/)[1-9][0-9]{0,4})?\/[A-Za-z0-9._~!$&'()*+,;=:@/-]*$/u;

/** Spelled as its key is: nothing to quote, no query, no fragment. Pages have many thousand addresses. */
function isPlain(address: string): boolean {
  return PLAIN_ADDRESS.test(address) && !address.includes('/.') && !address.includes('xn--');
}

/** What must be quoted is, what need not be is not. */
function respell(text: string, quoted: RegExp, plain: RegExp): string {
  const whole = text.replace(quoted, (found) => encodeURIComponent(found));
  if (!whole.includes('%')) return whole;
  return whole.replace(/%[0-9a-f]{2}/giu, (code) => {
    const letter = String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return plain.test(letter) ? letter : code.toUpperCase();
  });
}

export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/gu, '');
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/u.test(host);
}

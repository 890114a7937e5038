// SPDX-License-Identifier: Apache-2.0

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

export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/gu, '');
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/u.test(host);
}

// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import { isLoopbackHost } from '../core/url.ts';
import { basicAuthorization } from './credentials.ts';
import { defaultPort, isExempt } from './no-proxy.ts';
import type { Environment } from './settings.ts';

/** A proxy between us and the outside, as a company has one. */
export interface CorporateProxy {
  readonly origin: string;
  readonly hostname: string;
  readonly port: number;
  /** TLS to the proxy itself. */
  readonly secure: boolean;
  readonly authorization: string | null;
}

export interface ProxySettings {
  readonly proxy: string | null;
  readonly environment: Environment;
}

/**
 * Which proxy leads to `url`: none for loopback, else the explicit one, else the environment's
 * (`https_proxy` before `all_proxy`, lower case before upper) unless NO_PROXY lists the target.
 * @throws Refusal `WP-USAGE` where the one chosen cannot be used.
 */
export function chooseProxy(url: URL, settings: ProxySettings): CorporateProxy | null {
  if (isLoopbackHost(url.hostname)) return null;
  if (settings.proxy !== null) return readProxy(settings.proxy, 'the proxy option');
  const { environment } = settings;
  if (isExempt(valueOf(environment, 'no_proxy')?.value ?? '', url)) return null;
  const named = valueOf(environment, `${url.protocol.slice(0, -1)}_proxy`);
  const chosen = named ?? valueOf(environment, 'all_proxy');
  return chosen === null || chosen.value === '' ? null : readProxy(chosen.value, chosen.name);
}

/** @throws Refusal `WP-USAGE` naming where it came from, never its credentials. */
export function readProxy(text: string, source: string): CorporateProxy {
  // Like curl, a proxy without a scheme is an http one; URL would take its host for a scheme.
  const address = /^[a-z][a-z0-9+.-]*:\/\//iu.test(text) ? text : `http://${text}`;
  const url = URL.parse(address);
  if (url === null) {
    throw unusable(`${source} is not an address`, 'Write it as http://HOST:PORT.');
  }
  const scheme = url.protocol.slice(0, -1);
  if (scheme.startsWith('socks')) {
    throw unusable(
      `${source} names a SOCKS proxy (${safeText(scheme)}://${url.host}), which is not supported; expected http or https`,
      'Use an http or https proxy, or unset it for wheelproof.',
    );
  }
  if (scheme !== 'http' && scheme !== 'https') {
    throw unusable(
      `${source} has the scheme ${safeText(scheme)}; expected http or https`,
      'Write it as http://HOST:PORT.',
    );
  }
  return {
    origin: url.origin,
    hostname: url.hostname.replace(/^\[|\]$/gu, ''),
    port: Number(url.port === '' ? defaultPort(url.protocol) : url.port),
    secure: scheme === 'https',
    authorization: basicAuthorization(url),
  };
}

function valueOf(
  environment: Environment,
  name: string,
): { readonly name: string; readonly value: string } | null {
  for (const spelling of [name, name.toUpperCase()]) {
    const value = environment[spelling];
    if (value !== undefined) return { name: spelling, value: value.trim() };
  }
  return null;
}

function unusable(message: string, hint: string): Refusal {
  return new Refusal('WP-USAGE', { message, hint });
}

// SPDX-License-Identifier: Apache-2.0
import type { X509Certificate } from 'node:crypto';
import type { SecureVersion } from 'node:tls';
import { asRefusal, Refusal } from '../core/errors.ts';
import { openFilesHint } from '../core/open-files.ts';
import { safeText } from '../core/safe-text.ts';
import { printableUrl } from '../core/url.ts';
import { describeTlsFault } from './certificate-fault.ts';
import { weaknessNamed } from './weak-tls.ts';

/** Whom a connection goes to. */
export interface Peer {
  readonly hostname: string;
  readonly port: number;
  readonly role: 'server' | 'proxy';
  /** What is asked of its TLS, where that is known. */
  readonly floor?: TlsFloor;
}

export interface TlsFloor {
  readonly minimumTls: SecureVersion;
  readonly refuseWeakTls: boolean;
}

/** Given to a reset whose meaning undici would otherwise soften (see dialler.ts). */
export const RESET = 'WP_RESET';

/** Given to whatever ends one stream of a shared connection before its time. */
export const BROKEN_STREAM = 'WP_BROKEN_STREAM';

/** Network errors in words that follow the peer's name. */
const NETWORK: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'cannot be reached from this machine',
  EAI_AGAIN: 'could not be looked up (name service did not answer)',
  ECONNABORTED: 'broke the connection',
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'reset the connection',
  EHOSTDOWN: 'is down',
  EHOSTUNREACH: 'has no route to it',
  EMFILE: 'could not be asked: too many files are open here',
  ENETDOWN: 'cannot be reached: the network is down',
  ENETUNREACH: 'has no network route to it',
  ENODATA: 'has no address (DNS)',
  ENOTFOUND: 'is not known (DNS)',
  EPIPE: 'closed the connection',
  ETIMEDOUT: 'did not answer in time',
  UND_ERR_SOCKET: 'closed the connection',
  [RESET]: 'reset the connection',
  [BROKEN_STREAM]: 'broke the answer off',
};

/** Why no connection came about: the network, or (everything else) TLS. */
export function connectRefusal(
  thrown: unknown,
  peer: Peer,
  certificate: X509Certificate | null = null,
): Refusal {
  if (thrown instanceof Refusal) return thrown;
  const code = codeOf(thrown);
  if (code === '') return asRefusal(thrown, `connecting to ${placeOf(peer)}`);
  const words = networkWords(code);
  if (words !== null) return unreachable(`${placeOf(peer)} ${words}`, thrown);
  if (code.startsWith('HPE')) {
    return unreachable(`${placeOf(peer)}: ${notHttp(thrown, code)}`, thrown);
  }
  return tlsRefusal(thrown, peer, certificate);
}

function tlsRefusal(thrown: unknown, peer: Peer, certificate: X509Certificate | null): Refusal {
  const code = codeOf(thrown);
  const place = placeOf(peer);
  const message = messageOf(thrown);
  const weakness = weaknessNamed({ code, message }, peer.floor?.refuseWeakTls ?? false);
  if (weakness !== null) {
    return new Refusal('WP-TLS-WEAK', { message: `${place}: ${weakness}`, cause: thrown });
  }
  const fault = describeTlsFault({
    code,
    message,
    host: peer.hostname,
    certificate,
    minimumTls: peer.floor?.minimumTls ?? null,
    now: Date.now(),
  });
  return new Refusal('WP-TLS', { message: `${place}: ${fault}`, cause: thrown });
}

/**
 * Why no answer came over a connection. What is no failure of the network or the server is
 * handed back as it is.
 */
export function answerRefusal(thrown: unknown, url: URL): unknown {
  const code = codeOf(thrown);
  if (thrown instanceof Refusal || code === '' || code === 'UND_ERR_INVALID_ARG') return thrown;
  const shown = printableUrl(url);
  if (isTls(code)) return connectRefusal(thrown, peerOf(url));
  if (/HEADERS?_OVERFLOW/u.test(code)) {
    const message = `${shown}: the answer's headers are larger than is allowed`;
    return new Refusal('WP-LIMIT-SIZE', { message, cause: thrown });
  }
  const words = networkWords(code);
  if (words !== null) return unreachable(`${shown}: ${placeOf(peerOf(url))} ${words}`, thrown);
  return unreachable(`${shown}: ${notHttp(thrown, code)}`, thrown);
}

/** Why an answer's body ended early. */
export function bodyRefusal(
  thrown: unknown,
  url: URL,
  received: number,
  declared: number | null,
): unknown {
  const code = codeOf(thrown);
  if (thrown instanceof Refusal || code === '') return thrown;
  if (isTls(code)) return connectRefusal(thrown, peerOf(url));
  const why = networkWords(code) ?? `sent a broken body (${safeText(messageOf(thrown), 120)})`;
  return truncated(url, received, declared, `${placeOf(peerOf(url))} ${why}`, thrown);
}

export function truncated(
  url: URL,
  received: number,
  declared: number | null,
  why: string,
  cause?: unknown,
): Refusal {
  const expected = declared === null ? 'more' : `${declared} bytes`;
  return new Refusal('WP-UPSTREAM-TRUNCATED', {
    message: `${printableUrl(url)}: expected ${expected}, found ${received} bytes when ${why}`,
    cause,
  });
}

export function unreachable(message: string, cause?: unknown): Refusal {
  const hint = openFilesHint(codeOf(cause));
  return new Refusal('WP-UPSTREAM-UNREACHABLE', { message, ...hint, cause });
}

export function placeOf(peer: Peer): string {
  const host = peer.hostname.includes(':') ? `[${peer.hostname}]` : peer.hostname;
  return `${peer.role === 'proxy' ? 'proxy ' : ''}${safeText(host, 255)}:${peer.port}`;
}

export function peerOf(url: URL): Peer {
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return { hostname: url.hostname.replace(/^\[|\]$/gu, ''), port, role: 'server' };
}

function networkWords(code: string): string | null {
  return Object.hasOwn(NETWORK, code) ? (NETWORK[code] ?? null) : null;
}

function isTls(code: string): boolean {
  return code === 'EPROTO' || /^ERR_(?:SSL|TLS)_/u.test(code);
}

function notHttp(thrown: unknown, code: string): string {
  const what = safeText(messageOf(thrown), 120);
  return code.startsWith('HPE')
    ? `the answer is not valid HTTP: ${what}`
    : `no answer: ${what} (${safeText(code, 60)})`;
}

/**
 * Node's and undici's errors carry a code (undici's parser not always, Node's HPE_…); several addresses
 * tried in vain carry it in each.
 */
export function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  if (thrown.name === 'HTTPParserError') return 'HPE';
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return thrown instanceof AggregateError ? codeOf(thrown.errors[0]) : '';
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

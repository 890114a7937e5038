// SPDX-License-Identifier: Apache-2.0
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** Of one connection only (RFC 9110 7.6.1), and what belongs to the proxy itself. */
const HOP_BY_HOP = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-authentication-info',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Without these the outside answers with the whole thing, unencoded: what cannot be seen from its
 * first byte to its last cannot be told from an archive, nor can a 304's cached copy.
 */
const NOT_ASKED = new Set([
  'accept-encoding',
  'range',
  'if-range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'expect',
  'host',
]);

/** Leads around the gate (another protocol), or is no longer true of what we send. */
const NOT_ANSWERED = new Set(['alt-svc', 'accept-ranges', 'content-encoding']);

export function headersForUpstream(
  headers: IncomingHttpHeaders,
  hasBody: boolean,
): Record<string, string> {
  const dropped = namedByConnection(headers.connection);
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || HOP_BY_HOP.has(name) || NOT_ASKED.has(name)) continue;
    if (name.startsWith(':')) continue; // HTTP/2 has the address among them
    if (dropped.has(name) || (name === 'content-length' && !hasBody)) continue;
    passed[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  passed['accept-encoding'] = 'identity';
  return passed;
}

/** A repeated `set-cookie` comes joined by newlines and goes out as several. */
export function headersForClient(headers: Readonly<Record<string, string>>): OutgoingHttpHeaders {
  const dropped = namedByConnection(headers['connection']);
  const passed: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (HOP_BY_HOP.has(name) || NOT_ANSWERED.has(name) || dropped.has(name)) continue;
    passed[name] = name === 'set-cookie' ? value.split('\n') : value;
  }
  return passed;
}

function namedByConnection(header: string | undefined): ReadonlySet<string> {
  return new Set((header ?? '').split(',').map((name) => name.trim().toLowerCase()));
}

// SPDX-License-Identifier: Apache-2.0

export type Headers = Readonly<Record<string, string>>;

/** RFC 9110 7.6.1, with the older names that are still seen: they concern one connection only. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Ours to write, for the connection that we make. */
const OURS: ReadonlySet<string> = new Set(['host', 'expect', 'content-length']);

/** What another origin may see after a redirect; everything else may be a secret (attack D15). */
const KEPT_ACROSS_ORIGINS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'content-type',
  'if-modified-since',
  'if-none-match',
  'range',
  'user-agent',
]);

/** An ask's headers as they may go out, with lower-case names. */
export function requestHeaders(headers: Headers): Headers {
  return keep(endToEnd(headers), (name) => !OURS.has(name));
}

/** An answer's headers as they may be passed on. */
export function endToEnd(headers: Headers): Headers {
  const lowered = map(headers, (value) => value);
  const listed = lowered['connection']?.split(',').map((name) => name.trim().toLowerCase()) ?? [];
  return keep(lowered, (name) => !HOP_BY_HOP.has(name) && !listed.includes(name));
}

export function headersForAnotherOrigin(headers: Headers): Headers {
  return keep(headers, (name) => KEPT_ACROSS_ORIGINS.has(name));
}

/** A repeated header joined by a comma; set-cookie, whose values hold commas, by a newline. */
export function joinRepeated(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Headers {
  return map(headers, (value, name) =>
    typeof value === 'string' ? value : value?.join(name === 'set-cookie' ? '\n' : ', '),
  );
}

function keep(headers: Headers, wanted: (name: string) => boolean): Headers {
  return map(headers, (value, name) => (wanted(name) ? value : undefined));
}

const OPEN = { configurable: true, enumerable: true, writable: true };

/** With lower-case names; there are several of these for each answer. */
function map<Value>(
  headers: Readonly<Record<string, Value>>,
  of: (value: Value, name: string) => string | undefined,
): Headers {
  const made: Record<string, string> = {};
  for (const [written, value] of Object.entries(headers)) {
    const name = written.toLowerCase();
    const kept = of(value, name);
    if (kept === undefined) continue;
    // Assigned, this one would be no property.
    if (name === '__proto__') Object.defineProperty(made, name, { ...OPEN, value: kept });
    else made[name] = kept;
  }
  return made;
}

// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';

/** Which key of which token (RFC 7512); what is absent may be anything. */
export interface Pkcs11Uri {
  /** The token's library, as a path. */
  readonly module: string;
  readonly token: TokenName;
  readonly object: string | null;
  readonly id: Uint8Array | null;
  /** A file that holds the PIN. */
  readonly pinFile: string | null;
}

export interface TokenName {
  readonly token: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly serial: string | null;
}

const PATH_ATTRIBUTES = ['token', 'manufacturer', 'model', 'serial', 'object', 'id', 'type'];
const QUERY_ATTRIBUTES = ['module-path', 'pin-source'];
const MAX_URI = 4_096;

/**
 * RFC 7512, section 2.3. What is not known here is refused: overlooking it could mean another key.
 * @throws Refusal `WP-TUF-KEY`
 */
export function readPkcs11Uri(text: string): Pkcs11Uri {
  const [path = '', query, ...more] = text.replace(/^pkcs11:/u, '').split('?');
  if (!text.startsWith('pkcs11:') || text.length > MAX_URI || more.length > 0)
    throw wrong('expected pkcs11:token=…;object=…?module-path=…');
  const names = readAttributes(path.split(';'), PATH_ATTRIBUTES);
  const options = readAttributes((query ?? '').split('&'), QUERY_ATTRIBUTES);
  const textOf = (name: string): string | null => names.get(name)?.toString('utf8') ?? null;
  const type = textOf('type');
  if (type !== null && type !== 'private') throw wrong(`type=${type}: expected a private key`);
  const module = options.get('module-path')?.toString('utf8');
  if (module === undefined || !module.startsWith('/'))
    throw wrong('it does not name the library of the token: module-path=/…');
  if (!names.has('object') && !names.has('id'))
    throw wrong('it names no key: object=LABEL or id=%…');
  const source = options.get('pin-source')?.toString('utf8') ?? null;
  const pinFile = source === null ? null : source.replace(/^file:(?:\/\/(?=\/))?/u, '');
  if (pinFile !== null && !pinFile.startsWith('/'))
    throw wrong(`pin-source=${source}: expected a file, as an absolute path`);
  return {
    module,
    token: {
      token: textOf('token'),
      manufacturer: textOf('manufacturer'),
      model: textOf('model'),
      serial: textOf('serial'),
    },
    object: textOf('object'),
    id: names.get('id') ?? null,
    pinFile,
  };
}

function readAttributes(
  parts: readonly string[],
  known: readonly string[],
): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const part of parts) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(at, 0));
    if (name === 'pin-value')
      throw wrong('a PIN in the address is seen by every user of this machine: use pin-source');
    if (!known.includes(name)) throw wrong(`the attribute "${name || part}" is not known here`);
    if (found.has(name)) throw wrong(`the attribute "${name}" stands there twice`);
    found.set(name, decode(part.slice(at + 1), name));
  }
  return found;
}

/** Any byte may be written as `%XX`. */
function decode(text: string, name: string): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x25) {
      const hex = text.slice(at + 1, at + 3);
      if (!/^[0-9a-f]{2}$/iu.test(hex)) throw wrong(`${name}: "%${hex}" is no byte`);
      bytes.push(Number.parseInt(hex, 16));
      at += 2;
    } else if (code > 0x20 && code < 0x7f) bytes.push(code);
    else throw wrong(`${name}: write other characters than ASCII as %XX`);
  }
  const decoded = Buffer.from(bytes);
  if (
    name !== 'id' &&
    (decoded.includes(0) || !Buffer.from(decoded.toString('utf8')).equals(decoded))
  )
    throw wrong(`${name}: it is no text`);
  return decoded;
}

function wrong(why: string): Refusal {
  return new Refusal('WP-TUF-KEY', {
    message: `the PKCS #11 address: ${safeText(why, 200)}`,
    hint: 'Write it like pkcs11:token=root;object=alice?module-path=/usr/lib/softhsm/libsofthsm2.so (RFC 7512).',
  });
}

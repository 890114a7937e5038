// SPDX-License-Identifier: Apache-2.0
import type { Hashes } from '../core/artifact.ts';
import { safeText } from '../core/safe-text.ts';

/** Hex digits of the algorithms whose length is known. */
const LENGTHS: ReadonlyMap<string, number> = new Map([
  ['md5', 32],
  ['sha1', 40],
  ['sha224', 56],
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
  ['sha3_224', 56],
  ['sha3_256', 64],
  ['sha3_384', 96],
  ['sha3_512', 128],
  ['blake2b', 128],
  ['blake2b_256', 64],
  ['blake2s', 64],
]);

/** What an entry states of a file's bytes. */
export interface StatedHashes {
  readonly hashes: Hashes;
  /** What is wrong with one of them; `null` where nothing is. */
  readonly fault: string | null;
}

/** Algorithm and text pairs, made lower-case; whatever is no hash of a known kind, and no hex, falls away. */
export function readHashes(stated: Iterable<readonly [string, string]>): StatedHashes {
  const hashes: Record<string, string> = {};
  for (const [name, text] of stated) {
    const algorithm = name.toLowerCase();
    const value = text.toLowerCase();
    const length = LENGTHS.get(algorithm);
    // An own property of any such name is harmless: none starts with an underscore.
    if (!/^[a-z][a-z0-9_-]{0,31}$/u.test(algorithm)) continue;
    const isHex = /^[0-9a-f]{1,256}$/u.test(value);
    if (length === undefined && !isHex) continue;
    if (length !== undefined && (!isHex || value.length !== length)) {
      const found = `${value.length} characters: ${safeText(text, 80)}`;
      return { hashes: {}, fault: `expected ${length} hex digits of ${algorithm}, found ${found}` };
    }
    if (Object.hasOwn(hashes, algorithm) && hashes[algorithm] !== value) {
      return { hashes: {}, fault: `two different ${algorithm} hashes are given` };
    }
    hashes[algorithm] = value;
  }
  return { hashes, fault: null };
}

/** The `<algorithm>=<hex>` parts of an address's fragment, percent-decoded once (PEP 503). */
export function hashesInFragment(address: string): readonly (readonly [string, string])[] {
  const hash = address.indexOf('#');
  if (hash === -1) return [];
  const pairs: (readonly [string, string])[] = [];
  for (const part of decodeOnce(address.slice(hash + 1)).split('&')) {
    const equals = part.indexOf('=');
    if (equals > 0) pairs.push([part.slice(0, equals), part.slice(equals + 1)]);
  }
  return pairs;
}

function decodeOnce(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // left as it stands, it is no hash
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { Hashes } from '../core/artifact.ts';
import { safeText } from '../core/safe-text.ts';
import { invalid } from './format.ts';

/** Hex digits of each algorithm that requirement and lock files use (hashlib's names). */
const DIGITS: ReadonlyMap<string, number> = new Map([
  ['md5', 32],
  ['sha1', 40],
  ['sha224', 56],
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
  ['sha3_256', 64],
  ['sha3_384', 96],
  ['sha3_512', 128],
  ['blake2b', 128],
  ['blake2b_256', 64],
]);

/**
 * One stated hash, lower-case.
 * @throws Refusal `WP-LOCKFILE-INVALID` for an unknown algorithm, a wrong length or other letters
 */
export function readHash(algorithm: string, hex: string, where: string): Hashes {
  const name = algorithm.toLowerCase();
  const digits = DIGITS.get(name);
  if (digits === undefined) {
    const known = [...DIGITS.keys()].join(', ');
    throw invalid(where, `hash algorithm ${safeText(algorithm, 40)} is not known; known: ${known}`);
  }
  if (hex.length !== digits || !/^[0-9a-fA-F]+$/u.test(hex)) {
    throw invalid(
      where,
      `a ${name} hash has ${digits} hexadecimal digits, found ${safeText(hex, 140)}`,
    );
  }
  return { [name]: hex.toLowerCase() };
}

/** Hashes by the names of their algorithms; two spellings of one name may not differ (`SHA256`). */
export function addHash(hashes: Record<string, string>, one: Hashes, where: string): void {
  for (const [name, hex] of Object.entries(one)) {
    const before = hashes[name];
    if (before !== undefined && before !== hex) {
      throw invalid(where, `two different ${name} hashes are stated`);
    }
    hashes[name] = hex;
  }
}

/** `sha256:…`, as `--hash` takes it. */
export function readLabelledHash(text: string, where: string): Hashes {
  const colon = text.indexOf(':');
  if (colon < 0) {
    throw invalid(where, `expected algorithm:digits after --hash, found ${safeText(text, 140)}`);
  }
  return readHash(text.slice(0, colon), text.slice(colon + 1), where);
}

/** The hashes in a URL's fragment (`#sha256=…&egg=…`); all that are stated must match. */
export function readFragmentHashes(fragment: string, where: string): Hashes {
  const hashes: Record<string, string> = {};
  for (const part of fragment.replace(/^#/u, '').split('&')) {
    const [key = '', value = ''] = part.split('=', 2);
    const algorithm = key.toLowerCase();
    if (!DIGITS.has(algorithm)) continue; // egg=, subdirectory= and the like
    const [[name, hex] = ['', '']] = Object.entries(readHash(algorithm, value, where));
    if (hashes[name] !== undefined && hashes[name] !== hex) {
      throw invalid(where, `the address states two different ${name} hashes`);
    }
    hashes[name] = hex;
  }
  return hashes;
}

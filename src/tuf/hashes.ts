// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { Refusal } from '../core/errors.ts';
import type { MetaFile, Target } from './metadata.ts';

/** What is collision-resistant and in Node; whatever else is stated beside one of these is left aside. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
};

/**
 * The bytes have the length and hashes that the document above states, where it states any
 * (TUF specification, sections 5.5.2 and 5.6.2).
 * @throws Refusal `WP-TUF-MISMATCH`
 */
export function verifyMetaFile(bytes: Uint8Array, meta: MetaFile, what: string): void {
  if (meta.length !== null && bytes.length > meta.length)
    throw mismatch(what, `${bytes.length} bytes, at most ${meta.length} expected`);
  if (meta.hashes !== null) verifyHashes(bytes, meta.hashes, what);
}

/** The bytes are the target (section 5.7.3). @throws Refusal `WP-TUF-MISMATCH` */
export function verifyTarget(bytes: Uint8Array, target: Target): void {
  if (bytes.length !== target.length)
    throw mismatch(target.path, `${bytes.length} bytes, expected ${target.length}`);
  verifyHashes(bytes, target.hashes, target.path);
}

/** Every hash that is known must be right, and one must be known. */
function verifyHashes(
  bytes: Uint8Array,
  hashes: Readonly<Record<string, string>>,
  what: string,
): void {
  const known = Object.entries(hashes).filter(([name]) => Object.hasOwn(ALGORITHMS, name));
  if (known.length === 0)
    throw mismatch(what, `no hash that can be checked (${Object.keys(hashes).join(', ')})`);
  for (const [name, expected] of known) {
    const found = createHash(ALGORITHMS[name] ?? name)
      .update(bytes)
      .digest('hex');
    if (found !== expected) throw mismatch(what, `${name} ${found}, expected ${expected}`);
  }
}

function mismatch(what: string, why: string): Refusal {
  return new Refusal('WP-TUF-MISMATCH', { message: `${what}: ${why}` });
}

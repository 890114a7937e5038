// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { readPublicKey, type PublicKey } from '../crypto/public-key.ts';
import { Fields } from './fields.ts';
import { MAX_SIGNATURES } from './limits.ts';
import type { Envelope } from './metadata.ts';
import { malformed } from './strict-json.ts';

/** Keys by key id; `null`: of a kind that counts for nothing here. */
export type Keys = ReadonlyMap<string, PublicKey | null>;

export interface Role {
  readonly keyids: ReadonlySet<string>;
  readonly threshold: number;
}

/** TUF specification, section 4.2.2. @throws Refusal `WP-TUF-MALFORMED` */
export function readKeys(fields: Fields, what: string): Keys {
  const keys = new Map<string, PublicKey | null>();
  for (const [keyid, value] of fields.entries()) {
    const key = new Fields(value, `${what}: key ${keyid}`);
    const stated = key.object('keyval').text('public');
    keys.set(
      keyid,
      readPublicKey({ keytype: key.text('keytype'), scheme: key.text('scheme'), public: stated }),
    );
  }
  return keys;
}

/** A role's keys and how many of them must agree. @throws Refusal `WP-TUF-MALFORMED` */
export function readRole(fields: Fields, keys: Keys, what: string): Role {
  const keyids = fields.texts('keyids');
  if (keyids.length > MAX_SIGNATURES) throw malformed(what, `more than ${MAX_SIGNATURES} keys`);
  for (const keyid of keyids)
    if (!keys.has(keyid)) throw malformed(what, `key ${keyid} is named and not stated`);
  return { keyids: new Set(keyids), threshold: fields.integer('threshold', 1) };
}

/**
 * Enough different keys of the role signed the document. One key under two ids counts once.
 * @throws Refusal `WP-TUF-SIGNATURE`
 */
export function verifyThreshold(envelope: Envelope, role: Role, keys: Keys): void {
  const signers = new Set<string>();
  for (const { keyid, bytes } of envelope.signatures) {
    const key = role.keyids.has(keyid) ? keys.get(keyid) : undefined;
    if (key === undefined || key === null || signers.has(key.identity)) continue;
    if (key.verifies(envelope.message, bytes)) signers.add(key.identity);
    if (signers.size >= role.threshold) return;
  }
  throw new Refusal('WP-TUF-SIGNATURE', {
    message: `${envelope.what}: signed by ${signers.size} of the keys that may, expected ${role.threshold}`,
  });
}

// SPDX-License-Identifier: Apache-2.0
import { scrypt } from 'node:crypto';
import { canonicalJson } from '../core/canonical-json.ts';
import type { PageAsk } from '../core/evidence.ts';

const SALT = 'wheelproof page copy';
const KEY_BYTES = 32;

const known = new Map<string, Promise<string>>();

/**
 * For whom an index made a page: what it shows to one user is not another's. Empty for a page that
 * anybody gets. A password is not to be guessed from what lies on the disk, so it is not merely
 * hashed (scrypt, RFC 7914).
 */
export async function audienceOf({ credentials }: PageAsk): Promise<string> {
  if (Object.keys(credentials).length === 0) return '';
  const text = canonicalJson(credentials);
  const audience = known.get(text) ?? derive(text);
  known.set(text, audience);
  return await audience;
}

async function derive(text: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  scrypt(text, SALT, KEY_BYTES, (error, key) => {
    if (error === null) resolve(key.toString('hex'));
    else reject(error);
  });
  return await promise;
}

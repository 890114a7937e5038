// SPDX-License-Identifier: Apache-2.0
import type { X509Certificate } from 'node:crypto';
import { Refusal } from '../core/errors.ts';
import type { KeyPins } from '../core/key-pins.ts';
import { commonNameOf } from './certificate-fault.ts';
import { keyPinOf } from './certificate-chain.ts';

/**
 * Requires one of the pinned keys of every table that names the server.
 * @param chain the server's own certificate first, then those that vouch for it.
 * @returns what the reader should know: a sentence for each table that only a backup pin met.
 * @throws Refusal `WP-SPKI-MISMATCH` with what was expected and what was found (attack D01).
 */
export function requirePinnedKey(
  place: string,
  chain: readonly X509Certificate[],
  tables: readonly KeyPins[],
): readonly string[] {
  const keys = new Set(chain.map(keyPinOf));
  const isShown = (pin: string): boolean => keys.has(pin);
  return tables.flatMap((table) => {
    if (!table.expired && table.primary.some(isShown)) return [];
    const backup = table.backup.find(isShown);
    if (backup === undefined) throw mismatch(place, chain, table);
    return [
      `${place} shows the backup key ${backup} (${table.source}): make it a pin, and announce a new backup`,
    ];
  });
}

function mismatch(place: string, chain: readonly X509Certificate[], table: KeyPins): Refusal {
  const { primary, backup, expired, source } = table;
  const expected = [
    ...(expired ? [] : primary),
    ...backup.map((pin) => `${pin} (backup)`),
    ...(expired ? ['a pin that has not expired'] : []),
  ].join(' or ');
  const found = chain.map((one) => `${keyPinOf(one) ?? 'a key of unknown kind'} (${named(one)})`);
  return new Refusal('WP-SPKI-MISMATCH', {
    message: `${place}: expected the key ${expected} (${source}), found ${found.join(', ') || 'none'}`,
  });
}

function named(certificate: X509Certificate): string {
  const subject = commonNameOf(certificate.subject);
  const issuer = commonNameOf(certificate.issuer);
  return subject === issuer ? subject : `${subject}, issued by ${issuer}`;
}

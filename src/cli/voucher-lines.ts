// SPDX-License-Identifier: Apache-2.0
import type { AuditEvent } from '../core/trust-rows.ts';

/** Who vouched when a file was last judged: from its bytes to a key to the rule that lets it speak. */
export function voucherLines(events: readonly AuditEvent[], sha256: string): readonly string[] {
  const last = events.findLast(
    ({ what, detail }) => what === 'verdict' && detail['sha256'] === sha256,
  );
  const vouchers = last?.detail['vouchers'];
  if (last === undefined || !Array.isArray(vouchers)) return [];
  const found: readonly unknown[] = vouchers;
  const when = new Date(last.at).toISOString();
  if (found.length === 0)
    return [`When last judged (${when}), nobody but the index vouched for it.`];
  return [
    `When last judged (${when}), for sha256 ${sha256} vouched:`,
    ...found.map((one) => `  ${wordIn(one, 'kind').padEnd(13)} ${wordIn(one, 'detail')}`),
  ];
}

/** What the store holds was written by us, and is read like anybody's. */
function wordIn(value: unknown, name: string): string {
  const word: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof word === 'string' ? word : '?';
}

// SPDX-License-Identifier: Apache-2.0
import { canonicalJson } from '../core/canonical-json.ts';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import { fields } from '../crypto/index.ts';
import { authoritiesOf, parseHeldKey, type HeldKey } from './held-keys.ts';

const FINGERPRINT = /^(?:[0-9A-F]{40}|[0-9A-F]{64})$/u;
const MINISIGN = /^RW[A-Za-z0-9+/]{54}$/u;
const PROJECT = /^[a-z0-9*?[\]-]{1,200}$/u;

/** As a trust document holds it; the same as on disk. */
export function keyShape(key: HeldKey): object {
  return { version: 1, ...key };
}

/**
 * A key out of somebody's document: held to what `trust key add` would have taken.
 * @throws Refusal `WP-TRUST-DOCUMENT`
 */
export function readKeyRow(row: unknown, where: string): HeldKey {
  try {
    const name = fields.stringOf(fields.objectOf(row, where), 'name', where);
    const key = parseHeldKey(name, Buffer.from(JSON.stringify(row)));
    const { rule } = key;
    const isRight =
      PROJECT.test(rule.project) &&
      rule.openpgp.every((text) => FINGERPRINT.test(text)) &&
      rule.minisign.every((text) => MINISIGN.test(text)) &&
      Number.isInteger(rule.threshold) &&
      rule.threshold >= 1 &&
      rule.threshold <= authoritiesOf(rule).length;
    if (isRight) return key;
  } catch (cause) {
    throw wrong(where, row, cause);
  }
  throw wrong(where, row, null);
}

function wrong(where: string, row: unknown, cause: unknown): Refusal {
  return new Refusal('WP-TRUST-DOCUMENT', {
    message: `${where}: expected a key with its projects, found ${safeText(JSON.stringify(row), 120)}`,
    ...(cause !== null && { cause }),
  });
}

/**
 * What two stores hold under one name: the same keys for the same projects are one, revoked where
 * either has revoked them, whoever imports from whom.
 * @returns `null` where they are other keys: then what is held here stays.
 */
export function mergeKeys(kept: HeldKey, offered: HeldKey): HeldKey | null {
  if (canonicalJson(kept.rule) !== canonicalJson(offered.rule)) return null;
  const revocations = [kept, offered].filter(({ revokedAt }) => revokedAt !== null);
  const [first] = (revocations.length > 0 ? revocations : [kept, offered]).toSorted(inOrder);
  return first === undefined
    ? kept
    : { ...first, addedAt: Math.min(kept.addedAt, offered.addedAt) };
}

/** The earlier word counts; at one time, the one whose text comes first. */
function inOrder(one: HeldKey, other: HeldKey): number {
  const at = (key: HeldKey): number => key.revokedAt ?? key.addedAt;
  const text = (key: HeldKey): string => canonicalJson(key);
  return at(one) - at(other) || (text(one) < text(other) ? -1 : 1);
}

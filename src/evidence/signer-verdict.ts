// SPDX-License-Identifier: Apache-2.0
import type { Code } from '../core/codes.ts';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import type { SignerRule } from '../core/signer-rule.ts';

/** What became of one signature, whatever its kind. */
export type Signed =
  | {
      readonly good: true;
      /** Names by which a rule may authorise it; the first is the authority that is counted. */
      readonly keys: readonly [authority: string, ...others: string[]];
      readonly authorised: boolean;
      readonly ended?: 'expired' | 'revoked' | undefined;
      /** Milliseconds since 1970, where the signature states it. */
      readonly made: number | null;
      /** What the key calls itself; hostile text. */
      readonly name: string | null;
    }
  | { readonly good: false; readonly key: string; readonly code: Code; readonly reason: string };

export type SignerVerdict =
  | {
      readonly state: 'vouched';
      readonly authorities: readonly string[];
      readonly detail: string;
    }
  /** Some, and fewer than the rule wants. */
  | { readonly state: 'absent'; readonly detail: string };

/** One that is wrong is a forgery, whatever stands beside it (attack I06). */
const STOPPING: ReadonlySet<Code> = new Set([
  'WP-SIGNATURE-BAD',
  'WP-SIGNATURE-MALFORMED',
  'WP-SIGNATURE-LIMIT',
  'WP-CHECKSUM-MISMATCH',
  'WP-CHECKSUM-AMBIGUOUS',
  'WP-SIGNER-KEYS',
  'WP-ATTESTATION-MALFORMED',
  'WP-ATTESTATION-DIGEST',
  'WP-ATTESTATION-SIGNATURE',
]);

export function isStopping(code: Code): boolean {
  return STOPPING.has(code);
}

/**
 * Whether those who signed may speak, and are enough. A signature that counts for nothing (by a
 * stranger, by a key that has ended) does not spoil what others say, but alone it blocks.
 *
 * @param what the signed thing, for messages.
 * @throws Refusal with the code of what is wrong.
 */
export function judgeSigners(
  what: string,
  signed: readonly Signed[],
  rule: SignerRule,
): SignerVerdict {
  const stop = signed.find((one) => !one.good && isStopping(one.code));
  if (stop?.good === false) throw refusal(what, stop);
  const counted = new Map<string, string>();
  const refused: { readonly key: string; readonly code: Code; readonly reason: string }[] = [];
  for (const one of signed) {
    if (!one.good) refused.push(one);
    else if (one.keys.some((key) => rule.revoked?.includes(key))) refused.push(revokedHere(one));
    else if (!one.authorised) refused.push(stranger(one, rule));
    else if (one.ended !== undefined && !rule.acceptEndedKeys) refused.push(ended(one, one.ended));
    else counted.set(one.keys[0], wordsOf(one));
  }
  if (counted.size >= rule.threshold) {
    const detail = `${what}: signed by ${[...counted.values()].join('; ')}; authorised for ${rule.project} by ${rule.source}`;
    return { state: 'vouched', authorities: [...counted.keys()], detail };
  }
  if (counted.size > 0) {
    const detail = `${what}: signed by ${counted.size} of the ${rule.threshold} keys that ${rule.source} wants`;
    return { state: 'absent', detail };
  }
  const worst = refused.find(({ code }) => code !== 'WP-SIGNER-UNKNOWN') ?? refused[0];
  if (worst !== undefined) throw refusal(what, worst);
  throw new Refusal('WP-SIGNATURE-MALFORMED', { message: `${what}: it holds no signature` });
}

function refusal(
  what: string,
  { key, code, reason }: { readonly key: string; readonly code: Code; readonly reason: string },
): Refusal {
  return new Refusal(code, { message: `${what}: ${key}: ${safeText(reason, 300)}` });
}

function stranger({ keys }: Extract<Signed, { good: true }>, rule: SignerRule) {
  const reason = `a good signature, and ${rule.source} does not let this key speak for ${rule.project}`;
  return { key: keys[0], code: 'WP-SIGNER-UNKNOWN' as const, reason };
}

function revokedHere({ keys }: Extract<Signed, { good: true }>) {
  const reason = 'revoked in this trust store (`wheelproof trust key list`)';
  return { key: keys[0], code: 'WP-KEY-REVOKED' as const, reason };
}

function ended({ keys }: Extract<Signed, { good: true }>, how: 'expired' | 'revoked') {
  const code = how === 'expired' ? ('WP-KEY-EXPIRED' as const) : ('WP-KEY-REVOKED' as const);
  return { key: keys[0], code, reason: `it signed rightly, and has been ${how} since` };
}

function wordsOf({ keys, name, made }: Extract<Signed, { good: true }>): string {
  const who = name === null ? '' : ` (${safeText(name, 120)})`;
  const when = made === null ? '' : `, ${new Date(made).toISOString()}`;
  return `${keys[0]}${who}${when}`;
}

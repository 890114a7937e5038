// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/clock.ts';
import { Refusal } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { RefusalClass } from '../core/refusal-class.ts';
import type { SignerRule, SignersFor } from '../core/signer-rule.ts';
import type { LocationAccess } from './signature-locations.ts';
import type { SigstoreSigners } from './sigstore-document.ts';
import { isStopping, type SignerVerdict } from './signer-verdict.ts';

/** What kinds of evidence that rest on maintainers' own signatures are made from. */
export interface SignatureSources extends LocationAccess {
  readonly signers: SignersFor;
  readonly clock: Clock;
  /** Where absent, nobody's Sigstore identity counts. */
  readonly sigstore?: SigstoreSigners;
}

/** What one rule came to. */
export type RuleOutcome = SignerVerdict | Refusal;

type Base = Pick<Finding, 'kind' | 'class' | 'identity'>;

/** What a rule's work came to: a refusal is an outcome too. */
export async function outcomeOf(
  work: () => Promise<readonly SignerVerdict[]>,
): Promise<readonly RuleOutcome[]> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof Refusal) return [thrown];
    throw thrown;
  }
}

/**
 * Of several rules each may vouch: another that knows not the key has nothing against it. What is
 * forged stops, whoever else vouches.
 */
export function findingOf(
  of: Base,
  outcomes: readonly RuleOutcome[],
  rules: readonly SignerRule[],
): Finding {
  const refusals = outcomes.flatMap((one) => (one instanceof Refusal ? [one] : []));
  const verdicts = outcomes.flatMap((one) => (one instanceof Refusal ? [] : [one]));
  const stop = refusals.find(({ code }) => isStopping(code));
  if (stop !== undefined) return refusedFinding(of, stop);
  const vouched = verdicts.filter((one) => one.state === 'vouched');
  if (vouched.length > 0) return vouchedFinding(of, vouched);
  const failed = refusals.find((one) => !isOpen(one));
  if (failed !== undefined) return refusedFinding(of, failed);
  const [open] = refusals;
  if (open !== undefined) return refusedFinding(of, open);
  const from = rules.map(({ source }) => source).join(', ');
  const said = verdicts.map(({ detail }) => detail).join('; ');
  const detail = said || `no signature where ${from} looks for one`;
  return { ...of, state: 'absent', detail, code: null };
}

function vouchedFinding(
  of: Base,
  vouched: readonly Extract<SignerVerdict, { state: 'vouched' }>[],
): Finding {
  const authorities = [...new Set(vouched.flatMap((one) => one.authorities))].sort();
  const detail = vouched.map((one) => one.detail).join('; ');
  const identity = authorities.join('; ');
  return { ...of, state: 'vouched', identity, authorities, detail, code: null };
}

function refusedFinding(of: Base, refusal: Refusal): Finding {
  const { code, message } = refusal;
  return { ...of, state: isOpen(refusal) ? 'unreachable' : 'failed', detail: message, code };
}

/** What could not be fetched leaves the question open; everything else contradicts. */
export function isOpen(thrown: unknown): boolean {
  return thrown instanceof Refusal && OPEN.has(thrown.class);
}

const OPEN: ReadonlySet<RefusalClass> = new Set<RefusalClass>(['E-UPSTREAM', 'E-SOURCE', 'E-AUTH']);

// SPDX-License-Identifier: Apache-2.0
import { classOf, type Code } from '../core/codes.ts';
import { reason, type Reason } from '../core/errors.ts';
import { isVoucher, type Finding } from '../core/finding.ts';
import { WORST_FIRST } from '../core/refusal-class.ts';
import type { Decision, Verdict } from '../core/verdict.ts';
import { formatDuration } from './duration.ts';
import { exceptionNote, findException } from './exceptions.ts';
import { judgeOtherIndexes, type OtherIndexes } from './other-indexes.ts';
import { judgeIndex } from './ownership.ts';
import type { Policy } from './policy.ts';
import { judgeRemark } from './remarks.ts';
import { explainRequirement, satisfied } from './requirement-proof.ts';
import { formatRequirement, namesIn, type Requirement } from './requirement.ts';
import { rulesFor, type ProjectRules } from './rules.ts';

/** What a policy may look at beside the findings. */
export interface Subject {
  /** As {@link Artifact.index}. */
  readonly index: string;
  /** Normalised. */
  readonly project: string;
  /** Normalised; empty where unknown. */
  readonly version: string;
  readonly filename: string;
  /** Since this trust store first saw these bytes; `null`: just now. */
  readonly ageMs: number | null;
  readonly now: number;
  /** What a person said when `first-use = "ask"`; `null`: nobody was asked. */
  readonly firstUseAnswer: 'yes' | 'no' | null;
  /** What its index page lets one notice of it, beside what was said before. */
  readonly remarks?: readonly Reason[];
  /** Absent: nothing is known of any. */
  readonly otherIndexes?: OtherIndexes;
  /** The policy names who publishes it: whether he vouches must be known. */
  readonly publisherNeeded?: boolean;
  /** Memory knows who publishes it: without his word it would be lost. */
  readonly publisherExpected?: boolean;
}

/**
 * Findings + rules → verdict with reasons. Pure, and the same whatever order the findings came in.
 * One failed finding blocks, whatever else vouches; evidence that is needed and could not be
 * reached is undecided; what `integrity` says never counts as a voucher.
 */
export function decide(policy: Policy, subject: Subject, findings: readonly Finding[]): Decision {
  const ordered = inOneOrder(findings);
  const failed = ordered.filter((one) => one.state === 'failed');
  if (failed.length > 0) {
    return blocked('failed', failed.map(reasonOf), { findings: ordered, notes: [] });
  }
  const judgement = new Judgement(policy, subject, ordered);
  const { refusals, notes } = judgement;
  if (refusals.length > 0) return blocked('refused', refusals, { findings: ordered, notes });
  if (judgement.needed.length > 0) {
    return blocked('undecided', judgement.needed.map(reasonOf), { findings: ordered, notes });
  }
  return { verdict: judgement.verdict, reasons: [], findings: ordered, notes };
}

/** Every rule asked once; what each of them said. */
class Judgement {
  readonly refusals: Reason[] = [];
  readonly notes: string[] = [];
  /** Unreachable evidence without which there is no verdict. */
  readonly needed: readonly Finding[];
  readonly verdict: Verdict;
  readonly #policy: Policy;
  readonly #subject: Subject;
  readonly #findings: readonly Finding[];
  readonly #rules: ProjectRules;

  constructor(policy: Policy, subject: Subject, findings: readonly Finding[]) {
    this.#policy = policy;
    this.#subject = subject;
    this.#findings = findings;
    this.#rules = rulesFor(policy, subject.project);
    this.#askIndex();
    this.#askRemarks();
    this.#askOtherIndexes();
    const demand = this.#askRequirement();
    this.verdict = demand.met ? 'vouched' : this.#verdictWithoutDemand();
    const open = this.verdict === 'first-seen' ? this.#unreachable() : [];
    const publisher = this.#isPublisherNeeded() ? this.#unreachablePublisher() : [];
    const needed = [
      ...this.#unreachableIntegrity(),
      ...this.#unreachableRepository(),
      ...demand.needed,
      ...open,
      ...publisher,
    ];
    this.needed = [...new Set(needed)];
    if (demand.needed.length === 0 && open.length === 0) this.#askFirstUse();
    this.#askCooldown();
    this.#noteUnreachable();
  }

  #askIndex(): void {
    const wrong = judgeIndex(this.#policy, this.#subject.project, this.#subject.index);
    if (wrong !== null) this.#refuse(wrong);
  }

  #askRemarks(): void {
    for (const remark of this.#subject.remarks ?? []) {
      const outcome = judgeRemark(remark.code, this.#policy.strict, this.#findings);
      if (outcome === 'block') this.#refuse(remark);
      else if (outcome === 'note') this.notes.push(`${remark.message} (${remark.code})`);
    }
  }

  /** Nothing against whoever owns the name, or what a person has looked at. */
  #askOtherIndexes(): void {
    const { otherIndexes } = this.#subject;
    if (otherIndexes === undefined || this.#rules.index.value !== null || this.#isApproved())
      return;
    for (const found of judgeOtherIndexes(this.#subject, otherIndexes)) {
      if (this.#policy.strict) this.#refuse(found);
      else this.notes.push(`${found.message} (${found.code}; --strict refuses it)`);
    }
  }

  /** `needed`: met only if evidence that could not be reached turned out to vouch. */
  #askRequirement(): { readonly met: boolean; readonly needed: readonly Finding[] } {
    const { value: requirement } = this.#rules.require;
    if (requirement === null) return { met: false, needed: [] };
    if (satisfied(requirement, this.#findings)) return { met: true, needed: [] };
    const { value: isDryRun, from } = this.#rules.dryRun;
    if (isDryRun) {
      this.notes.push(`${this.#withoutVoucher(requirement)}; told, not refused: dry-run (${from})`);
      return { met: false, needed: [] };
    }
    const hoped = this.#findings.map((one) =>
      one.state === 'unreachable' ? { ...one, state: 'vouched' as const } : one,
    );
    if (satisfied(requirement, hoped) && !this.#isExcused('WP-NO-VOUCHER')) {
      const names = new Set(namesIn(requirement));
      const needed = this.#unreachable().filter(
        (one) => names.has(one.class) || names.has(one.kind),
      );
      return { met: false, needed };
    }
    this.#refuse(withoutVoucher(this.#withoutVoucher(requirement), requirement, this.#findings));
    return { met: false, needed: [] };
  }

  #verdictWithoutDemand(): Verdict {
    if (this.#findings.some((one) => isVoucher(one) && one.kind !== 'memory')) return 'vouched';
    return this.#isRemembered() ? 'remembered' : 'first-seen';
  }

  #askFirstUse(): void {
    if (this.verdict !== 'first-seen') return;
    const { value, from } = this.#rules.firstUse;
    if (value === 'accept') return;
    if (value === 'ask' && this.#subject.firstUseAnswer === 'yes') return;
    const found = `no one but the index vouches for it, and it was never seen before`;
    const message = `${this.#name()}: ${found}; first-use = "${value}" (${from})`;
    this.#refuse(reason('WP-FIRST-USE', message));
  }

  /** What was accepted before is not blocked again by its age. */
  #askCooldown(): void {
    const { value: minimum, from } = this.#rules.cooldownMs;
    const age = this.#subject.ageMs ?? 0;
    if (age >= minimum || this.#isRemembered()) return;
    if (this.#isApproved()) return;
    const message =
      `${this.#name()}: expected an age of ${formatDuration(minimum)} (${from}), ` +
      `found ${formatDuration(age)} since first seen here`;
    this.#refuse(reason('WP-COOLDOWN', message));
  }

  #noteUnreachable(): void {
    for (const one of this.#unreachable()) {
      if (this.needed.includes(one)) continue;
      this.notes.push(`${this.#name()}: ${one.kind} could not be reached (${one.detail})`);
    }
  }

  /** A rule says no, unless an exception lifts it: then a note says which. */
  #refuse(refusal: Reason): void {
    const at = { subject: this.#subject, now: this.#subject.now };
    const exception = findException(this.#policy, refusal.code, at);
    if (exception === null) this.refusals.push(refusal);
    else this.notes.push(exceptionNote(exception, this.#subject));
  }

  #isExcused(rule: Code): boolean {
    return (
      findException(this.#policy, rule, { subject: this.#subject, now: this.#subject.now }) !== null
    );
  }

  #withoutVoucher(requirement: Requirement): string {
    const parts = explainRequirement(requirement, this.#findings);
    const detail = parts.length > 1 ? ` (${parts.join('; ')})` : '';
    const vouched = this.#findings.filter((one) => isVoucher(one)).map((one) => one.kind);
    return (
      `${this.#name()}: expected ${formatRequirement(requirement)} (${this.#rules.require.from}), ` +
      `found ${vouched.join(', ') || 'no voucher'}${detail}`
    );
  }

  #name(): string {
    const { project, version, filename } = this.#subject;
    return `${filename} (${`${project} ${version}`.trim()})`;
  }

  #isApproved(): boolean {
    return this.#findings.some((one) => isVoucher(one) && one.kind === 'approval');
  }

  #isRemembered(): boolean {
    return this.#findings.some((one) => isVoucher(one) && one.kind === 'memory');
  }

  #unreachable(): readonly Finding[] {
    return this.#findings.filter((one) => one.state === 'unreachable');
  }

  /** What cannot be asked lets nothing pass that would not pass if it were known to be absent. */
  #isPublisherNeeded(): boolean {
    const { publisherNeeded, publisherExpected } = this.#subject;
    if (this.#isApproved()) return false;
    if (publisherNeeded === true) return true;
    if (publisherExpected !== true || this.#isRemembered()) return false;
    return !this.#isExcused('WP-PUBLISHER-LOST');
  }

  #unreachablePublisher(): readonly Finding[] {
    return this.#unreachable().filter((one) => one.kind === 'attestation');
  }

  /**
   * An index under a pinned root, of which nothing can be had: whoever silences it must not bring in
   * what it would refuse. What was accepted from it before stays.
   */
  #unreachableRepository(): readonly Finding[] {
    if (this.#isRemembered()) return [];
    return this.#unreachable().filter((one) => one.kind === 'tuf');
  }

  /** Integrity is always checked: without it nothing is decided. */
  #unreachableIntegrity(): readonly Finding[] {
    return this.#unreachable().filter((one) => one.class === 'integrity');
  }
}

/** Where a person's approval would be enough, the hint says so: {@link APPROVABLE}. */
function withoutVoucher(
  message: string,
  requirement: Requirement,
  findings: readonly Finding[],
): Reason {
  return satisfied(requirement, [...findings, APPROVED])
    ? reason('WP-NO-VOUCHER', message, APPROVABLE)
    : reason('WP-NO-VOUCHER', message);
}

const APPROVABLE = 'Look at the file, then approve it with `wheelproof trust approve`.';

const APPROVED: Finding = {
  kind: 'approval',
  class: 'you',
  state: 'vouched',
  identity: null,
  detail: '',
  code: null,
};

function blocked(
  verdict: Verdict,
  reasons: readonly Reason[],
  rest: Pick<Decision, 'findings' | 'notes'>,
): Decision {
  return { verdict, reasons: worstFirst(reasons), ...rest };
}

/** The worst class first; equal reasons once. */
export function worstFirst(reasons: readonly Reason[]): readonly Reason[] {
  const unique = new Map(reasons.map((one) => [`${one.code} ${one.message}`, one]));
  const rank = (code: Code): number => WORST_FIRST.indexOf(classOf(code));
  return [...unique.entries()]
    .sort(([a, one], [b, other]) => rank(one.code) - rank(other.code) || (a < b ? -1 : 1))
    .map(([, one]) => one);
}

function reasonOf(finding: Finding): Reason {
  const fallback = finding.state === 'failed' ? 'WP-INTERNAL' : 'WP-UPSTREAM-UNREACHABLE';
  return reason(finding.code ?? fallback, `${finding.kind}: ${finding.detail}`);
}

function inOneOrder(findings: readonly Finding[]): readonly Finding[] {
  const key = (one: Finding): string =>
    JSON.stringify([one.class, one.kind, one.state, one.identity, one.detail, one.code]);
  const keyed = findings.map((finding) => ({ finding, key: key(finding) }));
  return keyed
    .sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map((one) => one.finding);
}

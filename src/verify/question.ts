// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { HeldBytes } from '../core/bytes.ts';
import type { Clock } from '../core/clock.ts';
import { asRefusal, type Reason } from '../core/errors.ts';
import { NO_RELEASE, type EvidenceKind } from '../core/evidence.ts';
import type { Finding } from '../core/finding.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import { releases, type Decision } from '../core/verdict.ts';
import { ElsewhereMemory } from '../trust/elsewhere.ts';
import { PublisherMemory } from '../trust/publisher-memory.ts';
import { UntilTurn } from '../trust/until-turn.ts';
import { decide, rulesFor, type Policy, type Subject } from '../policy/index.ts';
import { ReleaseRights, type SignedPublishers } from './release-right.ts';

/** Asks a person whether a file that was never seen may be used; only with a terminal. */
export type AskFirstUse = (artifact: Artifact, sha256: string) => Promise<boolean>;

export interface QuestionParts {
  readonly evidence: readonly EvidenceKind[];
  readonly policy: Policy;
  readonly rows: TrustRows;
  readonly clock: Clock;
  readonly askFirstUse: AskFirstUse | null;
  /** The latest time that anybody tells, for what ends; the clock's where absent (attack F06). */
  readonly latest?: () => number;
  /** The index that a file counts as coming from; its own where absent. */
  readonly placeOf?: (artifact: Artifact) => string;
  /** What a page of this run lets one notice of a file. */
  readonly remarksOn?: (artifact: Artifact) => readonly Reason[];
  /** Who may release, as the index's own holders have signed it; nobody says where absent. */
  readonly signedPublishers?: SignedPublishers | undefined;
  /** Who published what was accepted before; read anew where absent. */
  readonly publishers?: PublisherMemory;
}

/** Who vouches for these bytes? Every kind of evidence answers, then policy decides. */
export class Question {
  readonly #parts: QuestionParts;
  readonly #elsewhere: ElsewhereMemory;
  readonly #rights: ReleaseRights;
  readonly #quiet = new UntilTurn<string, boolean>();
  /** Some rule may speak for one release and not for another. */
  readonly #judgesReleases: boolean;

  constructor(parts: QuestionParts) {
    this.#parts = parts;
    const { exceptions, projects } = parts.policy;
    this.#judgesReleases =
      exceptions.length > 0 ||
      projects.some(({ publishers }) => publishers !== undefined) ||
      parts.signedPublishers !== undefined;
    this.#elsewhere = new ElsewhereMemory(parts.rows);
    this.#rights = new ReleaseRights(
      parts.policy,
      parts.publishers ?? new PublisherMemory(parts.rows, parts.clock),
      parts.signedPublishers,
    );
  }

  /** Digest algorithms that some kind of evidence wants computed while the bytes come. */
  digestsWanted(artifact: Artifact): readonly string[] {
    const wanted = this.#parts.evidence.flatMap((kind) => kind.digestsWanted?.(artifact) ?? []);
    return [...new Set(wanted)].filter((algorithm) => algorithm !== 'sha256');
  }

  /** The sha256 that its bytes must have where somebody states one, though no page does. */
  statedSha256(artifact: Artifact): string | null {
    const stated = this.#parts.evidence.map((kind) => kind.statedSha256?.(artifact) ?? null);
    return stated.find((sha256) => sha256 !== null) ?? null;
  }

  /** The artifact's bytes are about to come. */
  begin(artifact: Artifact, credentials: Readonly<Record<string, string>>): void {
    for (const kind of this.#parts.evidence) kind.begin?.(artifact, credentials);
  }

  /**
   * The decision that is already certain from the digest that the page declares: `null` unless it
   * blocks. A policy's rule is certain only once no voucher can still turn up with the bytes.
   */
  foresee(artifact: Artifact, declaredSha256: string): Decision | null | Promise<Decision | null> {
    const { evidence } = this.#parts;
    const answers = evidence.map((kind) => foreseenBy(kind, artifact, declaredSha256));
    const known = answers.filter(
      (answer): answer is Finding | null => !(answer instanceof Promise),
    );
    if (known.length === answers.length) return this.#foreseen(artifact, declaredSha256, known);
    return Promise.all(answers.map((answer) => Promise.resolve(answer))).then((all) =>
      this.#foreseen(artifact, declaredSha256, all),
    );
  }

  /**
   * The releases of a project at an index of whose files something may be known beforehand; `null`:
   * it may be any. Of all its other files `foresee` answers alike (`passesUnknown`).
   */
  releasesToAsk(index: string, project: string): ReadonlySet<string> | null {
    if (this.#judgesReleases) return null;
    let asked = NO_RELEASE;
    for (const kind of this.#parts.evidence) {
      const some = foreseeableBy(kind, index, project);
      if (some === null) return null;
      if (some.size > 0) asked = asked.size === 0 ? some : new Set([...asked, ...some]);
    }
    return asked;
  }

  /**
   * Whether `foresee` answers `null` for every file of a project at an index that is like this one:
   * of which nothing is known beforehand (`releasesToAsk`), and of which nothing was remarked. That
   * holds until the event loop turns.
   *
   * @param example whose page names no attestations for it: of those that it does, less is certain.
   */
  passesUnknown(example: Artifact, declaredSha256: string): boolean {
    const findings: Finding[] = [];
    for (const kind of this.#parts.evidence) {
      const answer = foreseenBy(kind, example, declaredSha256);
      if (answer instanceof Promise) return false;
      if (answer !== null) findings.push(answer);
      else if (kind.class !== 'integrity') return false;
    }
    return this.#isQuiet(example, findings);
  }

  #foreseen(
    artifact: Artifact,
    declaredSha256: string,
    answers: readonly (Finding | null)[],
  ): Decision | null {
    const findings = answers.filter((finding) => finding !== null);
    const open = this.#parts.evidence.some(
      ({ class: of }, place) => answers[place] === null && of !== 'integrity',
    );
    const failed = findings.some((finding) => finding.state === 'failed');
    if (open && !failed) return null;
    if (this.#isQuiet(artifact, findings)) return null;
    const assumed = this.#mayAsk(artifact) ? 'yes' : null;
    const decision = this.#decide(artifact, declaredSha256, findings, assumed);
    return releases(decision) ? null : decision;
  }

  async answer(artifact: Artifact, bytes: HeldBytes): Promise<Decision> {
    const findings = await Promise.all(
      this.#parts.evidence.map((kind) => examinedBy(kind, artifact, bytes)),
    );
    const { sha256 } = bytes.digests;
    const decision = this.#decide(artifact, sha256, findings, null);
    const ask = this.#parts.askFirstUse;
    const onlyFirstUse =
      !releases(decision) && decision.reasons.every(({ code }) => code === 'WP-FIRST-USE');
    if (ask === null || !onlyFirstUse || !this.#mayAsk(artifact)) return decision;
    const allowed = await ask(artifact, sha256);
    return this.#decide(artifact, sha256, findings, allowed ? 'yes' : 'no');
  }

  /**
   * Nothing is known of this very file that could matter: of such files a project has many, and one
   * decision releases them all.
   */
  #isQuiet(artifact: Artifact, findings: readonly Finding[]): boolean {
    if (!findings.every(({ state }) => state === 'absent')) return false;
    if ((this.#parts.remarksOn?.(artifact) ?? []).length > 0) return false;
    const { project, version } = artifact;
    const place = this.#parts.placeOf?.(artifact) ?? artifact.index;
    const release = this.#judgesReleases ? ` ${version}` : '';
    return this.#quiet.get(`${place} ${project}${release}`, () => {
      if (rulesFor(this.#parts.policy, project).cooldownMs.value > 0) return false;
      if (this.#elsewhere.knowsBeside(project, place)) return false;
      if (this.#rights.knows(artifact)) return false;
      const assumed = this.#mayAsk(artifact) ? 'yes' : null;
      return releases(this.#decide(artifact, '', findings, assumed));
    });
  }

  #mayAsk({ project }: Artifact): boolean {
    const { policy, askFirstUse } = this.#parts;
    return askFirstUse !== null && rulesFor(policy, project).firstUse.value === 'ask';
  }

  #decide(
    artifact: Artifact,
    sha256: string,
    findings: readonly Finding[],
    firstUseAnswer: Subject['firstUseAnswer'],
  ): Decision {
    const now = this.#parts.clock.now();
    const { index, project, version, filename } = artifact;
    const cooling = rulesFor(this.#parts.policy, project).cooldownMs.value > 0;
    const firstSight = cooling
      ? this.#parts.rows.sighted({ index, project, filename, sha256, at: now })
      : now;
    const place = this.#parts.placeOf?.(artifact) ?? index;
    const right = this.#rights.judge(artifact, sha256, findings);
    const subject: Subject = {
      index: place,
      project,
      version,
      filename,
      ageMs: Math.max(0, now - firstSight),
      now: this.#parts.latest?.() ?? now,
      firstUseAnswer,
      remarks: [...(this.#parts.remarksOn?.(artifact) ?? []), ...right.remarks],
      otherIndexes: this.#elsewhere.of(artifact, place, sha256),
      publisherNeeded: right.publisherNeeded,
      publisherExpected: right.publisherExpected,
    };
    const decision = decide(this.#parts.policy, subject, right.findings);
    if (right.standing === null) return decision;
    const notes = [...decision.notes, ...right.notes];
    return { ...decision, notes, provenance: right.standing };
  }
}

/** Whoever cannot say it is asked of each file, and may fail there. */
function foreseeableBy(
  kind: EvidenceKind,
  index: string,
  project: string,
): ReadonlySet<string> | null {
  try {
    return kind.foreseeable?.(index, project) ?? null;
  } catch {
    return null;
  }
}

/** What a kind throws is a failed finding: a check that did not run is not a check (attack M06). */
function foreseenBy(
  kind: EvidenceKind,
  artifact: Artifact,
  declaredSha256: string,
): Finding | null | Promise<Finding | null> {
  try {
    const answer = kind.foresee(artifact, declaredSha256);
    if (!(answer instanceof Promise)) return answer;
    return answer.catch((thrown: unknown) => thrownBy(kind, thrown));
  } catch (thrown) {
    return thrownBy(kind, thrown);
  }
}

async function examinedBy(
  kind: EvidenceKind,
  artifact: Artifact,
  bytes: HeldBytes,
): Promise<Finding> {
  try {
    const finding: Finding | null = await kind.examine(artifact, bytes);
    return finding ?? silence(kind);
  } catch (thrown) {
    return thrownBy(kind, thrown);
  }
}

function thrownBy(kind: EvidenceKind, thrown: unknown): Finding {
  const { message, code } = asRefusal(thrown, `the check "${kind.kind}" failed`);
  return {
    kind: kind.kind,
    class: kind.class,
    state: 'failed',
    identity: null,
    detail: message,
    code,
  };
}

function silence(kind: EvidenceKind): Finding {
  return {
    kind: kind.kind,
    class: kind.class,
    state: 'failed',
    identity: null,
    detail: `the check "${kind.kind}" gave no answer`,
    code: 'WP-INTERNAL',
  };
}

// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/clock.ts';
import { reason, Refusal, type Reason } from '../core/errors.ts';
import type { FoundDistribution } from '../core/host.ts';
import {
  isCommit,
  repositoryKey,
  type AddressRewrite,
  type AdvertisedRef,
  type RememberedCommit,
  type RepositoryWatch,
  type StatedSource,
} from '../core/repository.ts';
import type { CommitReceipt } from '../core/report.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import { releases, type Decision } from '../core/verdict.ts';
import { decide, judgeEntry, type Policy } from '../policy/index.ts';
import { CommitMemory } from '../trust/commit-memory.ts';
import { memoryFinding, pinFinding, pinsAgree, pinsAmong } from './commit-findings.ts';
import { RepositoryListings } from './repository-listings.ts';
import { candidatesOf, isFixed, namesOf, refWords, shortCommit } from './revisions.ts';

export interface RepositoriesParts {
  readonly rows: TrustRows;
  readonly clock: Clock;
  readonly policy: Policy;
  /** Names this run in the audit trail. */
  readonly run: string;
  /** What the user's requirement and lock files take from repositories. */
  readonly sources: readonly StatedSource[];
  /** The same once the installer has ended: it may have written its lock anew. */
  readonly restated?: () => Promise<readonly StatedSource[]>;
  /** Where git's configuration leads. */
  readonly rewrites: readonly AddressRewrite[];
}

/** One repository's reference with the commit that it is about to be taken at. */
interface Taken {
  readonly project: string | null;
  readonly version: string | null;
  readonly repository: string;
  readonly revision: string | null;
  readonly ref: string;
  readonly commit: string;
  /** Where the user's files pin this very commit. */
  readonly pinned: readonly StatedSource[];
  readonly seen: boolean;
}

/**
 * What is taken from repositories: judged where git asks for references at the gate, before it has a
 * single object, and again by what was installed, since not every answer passes us (private caches).
 */
export class Repositories implements RepositoryWatch {
  readonly #parts: RepositoriesParts;
  readonly #memory: CommitMemory;
  readonly #listings: RepositoryListings;
  readonly #receipts = new Map<string, CommitReceipt>();

  constructor(parts: RepositoriesParts) {
    this.#parts = parts;
    this.#memory = new CommitMemory(parts.rows, parts.clock);
    this.#listings = new RepositoryListings(parts.sources, parts.rewrites);
  }

  receipts(): readonly CommitReceipt[] {
    return [...this.#receipts.values()];
  }

  redirected(from: string, to: string): void {
    this.#listings.redirected(from, to);
  }

  advertised(address: string, refs: readonly AdvertisedRef[]): void {
    const asked = repositoryKey(address);
    if (asked === null || refs.length === 0) return;
    this.#listings.keep(asked, refs);
    for (const repository of this.#listings.meantBy(asked)) {
      const stated = this.#parts.sources.filter((one) => one.repository === repository);
      for (const source of stated) this.#judgeStated(source, refs);
      if (stated.length === 0) this.#judgeRemembered(repository, refs);
    }
  }

  /** What speaks against a distribution that says it came from a repository; `null`: nothing. */
  async installed({ name, version, directUrl }: FoundDistribution): Promise<Reason | null> {
    if (directUrl?.kind !== 'vcs') return null;
    const repository = repositoryKey(directUrl.url);
    const { commit = null, revision = null } = directUrl;
    if (repository === null || !isCommit(commit)) {
      const message = `${name} ${version} was taken from a repository, and no commit of it was recorded`;
      return reason('WP-NO-RECEIPT', message);
    }
    const pins = pinsAmong(this.#parts.sources, name, repository);
    const pinned = pins.filter((one) => one.revision === commit);
    const what = { project: name, repository, commit };
    if (!pinsAgree(pins, commit) && !(await this.#isRestated(pins, what))) {
      const wrong = pins.find((one) => one.revision !== commit);
      const message = `${name} ${version}: ${wrong?.where ?? '?'} pins commit ${wrong?.revision ?? '?'} of ${repository}, installed is ${commit}`;
      return this.#refused(subjectOf(repository, revision), reason('WP-COMMIT-MISMATCH', message));
    }
    const taken = { project: name, version, repository, commit, pinned };
    const locked = this.#lockedNow({ ...taken, revision });
    if (locked !== undefined)
      return this.#judge({ ...taken, revision: locked.revision, ref: locked.ref, seen: true });
    if (isCommit(revision)) return this.#judge({ ...taken, revision, ref: revision, seen: false });
    const listed = this.#listings.listed(repository, revision);
    const named = listed.find((one) => one.commit === commit)?.name;
    const ref = named ?? this.#knownRef(repository, revision);
    const moved = this.#movedTag(repository, revision, [{ name: ref, commit }]);
    return moved ?? this.#judge({ ...taken, revision, ref, seen: named !== undefined });
  }

  /** Some tools look a tag or branch up, write its commit down, and install that: it is what was asked for. */
  #lockedNow({
    project,
    repository,
    revision,
    commit,
    pinned,
  }: Omit<Taken, 'ref' | 'seen' | 'version'>): CommitReceipt | undefined {
    if (!isCommit(revision) || pinned.length > 0) return undefined;
    return [...this.#receipts.values()].find(
      (one) =>
        one.repository === repository &&
        one.commit === commit &&
        (one.project === null || one.project === project),
    );
  }

  /** @throws Refusal */
  #judgeStated(
    { project, repository, revision, where }: StatedSource,
    refs: readonly AdvertisedRef[],
  ): void {
    const candidates = candidatesOf(revision, refs);
    const [first] = candidates;
    if (first === undefined) return;
    const subject = subjectOf(repository, revision);
    if (isCommit(revision)) {
      const other = candidates.find(({ commit }) => commit !== revision);
      if (other === undefined) return;
      const message = `${where} pins commit ${revision} of ${repository}, which has ${refWords(other.name)} of that very name: commit ${other.commit}`;
      throw asThrown(this.#refused(subject, reason('WP-COMMIT-MISMATCH', message)));
    }
    const moved = this.#movedTag(repository, revision, candidates);
    if (moved !== null) throw asThrown(moved);
    const pins = pinsAmong(this.#parts.sources, project, repository);
    const tag = candidates.find(({ name }) => isFixed(name));
    // A lock holds the branch at a commit: what was installed must be that one.
    if (tag === undefined && pins.length > 0) return;
    const other = candidates.find(({ commit }) => commit !== first.commit);
    if (other !== undefined) {
      const both = [first, other].map(({ name, commit }) => `${refWords(name)} is ${commit}`);
      const message = `${repository}: ${both.join(', ')}; ${where} asks for ${revision ?? 'HEAD'}`;
      throw asThrown(this.#refused(subject, reason('WP-REVISION-AMBIGUOUS', message)));
    }
    const { name: ref, commit } = tag ?? first;
    const pinned = pins.filter((pin) => pin.revision === commit);
    const taken = { version: null, repository, revision, ref, commit, pinned, seen: true };
    const against = this.#judge({ ...taken, project });
    if (against !== null) throw asThrown(against);
  }

  /** Nothing says what is wanted of it: no tag that was used before may have moved. */
  #judgeRemembered(repository: string, refs: readonly AdvertisedRef[]): void {
    for (const { ref } of this.#memory.now(repository)) {
      const tag = /^refs\/tags\/(.+)$/su.exec(ref)?.[1];
      const moved =
        tag === undefined ? null : this.#movedTag(repository, tag, candidatesOf(tag, refs));
      if (moved !== null) throw asThrown(moved);
    }
  }

  /** A name under which a commit was accepted for good names another one: as a tag or as a branch. */
  #movedTag(
    repository: string,
    revision: string | null,
    candidates: readonly AdvertisedRef[],
  ): Reason | null {
    const names = new Set(namesOf(revision));
    const known = this.#memory.now(repository).filter(({ ref }) => names.has(ref) && isFixed(ref));
    const [first] = known;
    if (first === undefined) return null;
    const other = candidates.find((one) => known.every(({ commit }) => commit !== one.commit));
    return other === undefined ? null : this.#wasMoved(first, other);
  }

  #wasMoved({ repository, ref, commit, firstSeen }: RememberedCommit, now: AdvertisedRef): Reason {
    const day = new Date(firstSeen).toISOString().slice(0, 10);
    const message = `${repository}: ${refWords(ref)} named commit ${commit} since ${day}; now ${refWords(now.name)} is ${now.commit}`;
    const subject = subjectOf(repository, ref.replace(/^refs\/tags\//u, ''));
    const hint = `Ask the project why; if the new commit is right: \`wheelproof trust forget 'git+${subject}' --reason 'why'\`.`;
    return this.#refused(subject, reason('WP-TAG-MOVED', message, hint));
  }

  #judge(taken: Taken): Reason | null {
    const { project, repository, revision, ref, commit, pinned } = taken;
    const subject = subjectOf(repository, revision);
    const now = this.#parts.clock.now();
    const { policy } = this.#parts;
    const moves = !isFixed(ref) && pinned.length === 0;
    const entry = { project: project ?? '', version: taken.version ?? '' };
    if (moves && (policy.strict || policy.gitBranches === 'refuse')) {
      const code = 'WP-COMMIT-UNPINNED';
      const from = policy.strict ? '--strict' : (policy.origins['git-branches'] ?? 'the policy');
      const what = `${project ?? subject}: ${refWords(ref)} of ${repository} is no commit and no tag`;
      const against = reason(code, `${what}; git-branches = "refuse" (${from})`);
      if (!judgeEntry(policy, { ...entry, code }, now).admitted)
        return this.#refused(subject, against);
    }
    const known = this.#memory.before(repository).filter((one) => one.commit === commit);
    const decision = this.#decide(taken, known);
    const [worst] = decision.reasons;
    if (!releases(decision)) return this.#refused(subject, worst ?? reason('WP-INTERNAL', subject));
    return this.#accept(taken, decision, moves);
  }

  /** Of a requirement that names no project, only what was installed tells whose rules hold. */
  #decide(taken: Taken, known: readonly RememberedCommit[]): Decision {
    const { project, version, repository, revision, commit, pinned } = taken;
    const findings = [pinFinding(pinned), memoryFinding(known)];
    const now = this.#parts.clock.now();
    const first = Math.min(...known.map(({ firstSeen }) => firstSeen));
    if (project === null) return { verdict: 'first-seen', reasons: [], findings, notes: [] };
    const subject = {
      index: `direct:${repository}`,
      project,
      version: version ?? '',
      filename: `${repository}@${revision ?? 'HEAD'}, commit ${shortCommit(commit)}`,
      ageMs: known.length === 0 ? null : now - first,
      now,
      firstUseAnswer: null,
    };
    return decide(this.#parts.policy, subject, findings);
  }

  /** @returns what another run has accepted under this name meanwhile, where that is something else. */
  #accept(taken: Taken, { verdict }: Decision, moves: boolean): Reason | null {
    const { project, version, repository, revision, ref, commit, pinned, seen } = taken;
    const { rows, clock, run, policy } = this.#parts;
    const key = JSON.stringify([repository, revision, commit]);
    const earlier = this.#receipts.get(key);
    const receipt: CommitReceipt = {
      project: project ?? earlier?.project ?? null,
      version: version ?? earlier?.version ?? null,
      repository,
      revision,
      ref,
      commit,
      verdict,
      moves,
      pinned: pinned.map(({ where }) => where),
      seen: seen || earlier?.seen === true,
    };
    const conflict = rows.transaction(() => {
      const other = this.#memory
        .now(repository)
        .find((one) => one.ref === ref && isFixed(ref) && one.commit !== commit);
      if (other !== undefined) return other;
      this.#memory.accept(repository, ref, commit);
      if (earlier !== undefined && earlier.version === receipt.version) return null;
      const detail = { project, version, ref, commit, verdict, codes: [], policy: policy.digest };
      const subject = subjectOf(repository, revision);
      rows.audit({ at: clock.now(), run, what: 'verdict', subject, detail });
      return null;
    });
    if (conflict !== null) return this.#wasMoved(conflict, { name: ref, commit });
    this.#receipts.set(key, receipt);
    return null;
  }

  #refused(subject: string, why: Reason): Reason {
    const { rows, clock, run, policy } = this.#parts;
    const detail = { verdict: 'refused', codes: [why.code], policy: policy.digest };
    rows.audit({ at: clock.now(), run, what: 'verdict', subject, detail });
    return why;
  }

  #knownRef(repository: string, revision: string | null): string {
    const names = new Set(namesOf(revision));
    const known = this.#memory.before(repository).find(({ ref }) => names.has(ref));
    return known?.ref ?? revision ?? 'HEAD';
  }

  /** The installer has written its lock anew, as it was asked to, and pins what it has taken. */
  async #isRestated(
    pins: readonly StatedSource[],
    taken: Pick<Taken, 'project' | 'repository' | 'commit'>,
  ): Promise<boolean> {
    const wrong = pins.filter(({ revision }) => revision !== taken.commit);
    if (this.#parts.restated === undefined || wrong.some(({ locked }) => locked !== true))
      return false;
    const now = pinsAmong(await this.#parts.restated(), taken.project, taken.repository);
    return now.length > 0 && pinsAgree(now, taken.commit);
  }
}

function subjectOf(repository: string, revision: string | null): string {
  return `${repository}@${revision ?? 'HEAD'}`;
}

function asThrown({ code, message, hint }: Reason): Refusal {
  return new Refusal(code, { message, hint });
}

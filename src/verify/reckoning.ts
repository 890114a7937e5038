// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { Wish } from '../core/installer.ts';
import type { Receipt } from '../core/verification.ts';
import { releases } from '../core/verdict.ts';
import { compareVersions, isPrerelease } from '../core/version.ts';
import { meetsWishes } from './wanted.ts';

/** What a run came to, beside its receipts. Projects are normalised. */
export interface RunResult {
  /** The installer ended well: it has what it wanted, from wherever. */
  readonly succeeded: boolean;
  /** The version of each project that is installed at the end. */
  readonly installed: ReadonlyMap<string, string>;
  /** The versions of each project that its pages offered. */
  readonly offered: ReadonlyMap<string, readonly string[]>;
  /** The names of refused files that the installer asked for all the same. */
  readonly requested: ReadonlySet<string>;
  /** The installer's own project: it looks at that page to see whether it is old. */
  readonly installer: string;
}

/**
 * Which of the files left out of index pages count as refusals: those that the installer would
 * have taken. That is, where it ended up with no version of the project, the files that it asked
 * for, or everything acceptable to the wishes if it asked for none; otherwise what is newer than
 * the version it chose, and that version's wheels where it was steered to the sdist. The rest are
 * notes, and so is the installer's own project unless it was wished for, and what stands under a
 * name that another index owns where that had the project.
 */
export function reckon(
  receipts: readonly Receipt[],
  wishes: readonly Wish[],
  result: RunResult,
): readonly Receipt[] {
  const reckoning = new Reckoning(receipts, wishes, result);
  return receipts.map((receipt) => {
    if (receipt.asked || releases(receipt.decision)) return receipt;
    const isAnothers = receipt.decision.reasons[0]?.code === 'WP-INDEX-NOT-ALLOWED';
    const asked = isAnothers
      ? reckoning.wasMissed(receipt.artifact)
      : reckoning.wasWanted(receipt.artifact) && !reckoning.wasPassedOver(receipt);
    return { ...receipt, asked };
  });
}

/** Where nothing else would do, their pages hold what was refused, and they ask for what they would take. */
const SHOWS_REFUSED: ReadonlySet<string> = new Set(['pip', 'uv']);
const NOBODY_VOUCHES: ReadonlySet<string> = new Set(['WP-FIRST-USE', 'WP-NO-VOUCHER']);

class Reckoning {
  readonly #wishes: ReadonlyMap<string, readonly Wish[]>;
  readonly #result: RunResult;
  readonly #taken: ReadonlyMap<string, readonly Artifact[]>;
  readonly #chosen = new Map<string, string | null>();

  constructor(receipts: readonly Receipt[], wishes: readonly Wish[], result: RunResult) {
    this.#result = result;
    this.#wishes = Map.groupBy(wishes, ({ project }) => project);
    const taken = receipts
      .filter(({ asked, decision }) => asked && releases(decision))
      .map(({ artifact }) => artifact);
    this.#taken = Map.groupBy(taken, ({ project }) => project);
  }

  /** Of a name that belongs to another index, only where there was nothing in its place. */
  wasMissed(artifact: Artifact): boolean {
    return this.#chosenVersion(artifact.project) === null && this.wasWanted(artifact);
  }

  /**
   * Shown as refused, and not asked for: the installer ended for a reason of its own, which it told
   * itself. Only where nobody vouches: evidence against a file is told whoever asks for it. What lies
   * in a folder (no page listed it) was not shown: the installer could not ask for it. What nobody
   * wished for is a dependency, at which the installer has arrived: it ends there (attack K07).
   */
  wasPassedOver({ artifact, decision }: Receipt): boolean {
    const { project, version } = artifact;
    const { succeeded, requested, installer, offered } = this.#result;
    const isOver = !succeeded && requested.size === 0 && this.#chosenVersion(project) === null;
    if (!isOver || version === '' || !SHOWS_REFUSED.has(installer)) return false;
    if (new URL(artifact.url).protocol === 'file:') return false;
    const wishes = this.#wishesFor(project);
    if (wishes.length === 0) return false;
    const isShown = !(offered.get(project) ?? []).some((one) => meetsWishes(wishes, one));
    return isShown && decision.reasons.every(({ code }) => NOBODY_VOUCHES.has(code));
  }

  wasWanted(artifact: Artifact): boolean {
    const { project, version, filename } = artifact;
    if (this.#result.requested.has(filename)) return true;
    if (project === this.#result.installer && this.#wishesFor(project).length === 0) return false;
    const best = this.#chosenVersion(project);
    if (version === '') return this.#isNamelessAll(project, best);
    if (!meetsWishes(this.#wishesFor(project), version)) return false;
    if (best === null) return this.#result.requested.size === 0;
    const order = compareVersions(version, best);
    if (order === 0) return artifact.kind === 'wheel' && this.#wasBuilt(project, best);
    // What was withdrawn is taken only where nothing else would do.
    const isYanked = typeof artifact.listed?.yanked === 'string';
    return order > 0 && !isYanked && (!isPrerelease(version) || isPrerelease(best));
  }

  /** `null` where it ended up with none, as far as can be known. */
  #chosenVersion(project: string): string | null {
    const known = this.#chosen.get(project);
    if (known !== undefined) return known;
    const chosen = this.#findChosen(project);
    this.#chosen.set(project, chosen);
    return chosen;
  }

  #findChosen(project: string): string | null {
    const { succeeded, installed, offered } = this.#result;
    const wishes = this.#wishesFor(project);
    const present = succeeded ? installed.get(project) : undefined;
    if (present !== undefined && meetsWishes(wishes, present)) return present;
    const taken = (this.#taken.get(project) ?? []).map(({ version }) => version);
    const downloaded = newest(taken);
    if (downloaded !== null || !succeeded) return downloaded;
    // Only resolved, or out of a cache: the best of what it was shown.
    const fit = (offered.get(project) ?? []).filter((version) => meetsWishes(wishes, version));
    return newest(fit.filter((version) => !isPrerelease(version))) ?? newest(fit);
  }

  /** No installer takes a file whose name tells no version, but there may have been no other. */
  #isNamelessAll(project: string, best: string | null): boolean {
    const isAsked = this.#wishesFor(project).length > 0;
    return best === null && isAsked && (this.#result.offered.get(project) ?? []).length === 0;
  }

  #wasBuilt(project: string, version: string): boolean {
    const mine = (this.#taken.get(project) ?? []).filter((one) => one.version === version);
    return mine.length > 0 && mine.every(({ kind }) => kind === 'sdist');
  }

  #wishesFor(project: string): readonly Wish[] {
    return this.#wishes.get(project) ?? [];
  }
}

function newest(versions: readonly string[]): string | null {
  return versions
    .filter((version) => version !== '')
    .reduce<string | null>(
      (best, one) => (best === null || compareVersions(one, best) > 0 ? one : best),
      null,
    );
}

// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import { reason, Refusal, type Reason } from '../core/errors.ts';
import type { PageReading } from '../core/evidence.ts';
import { printableUrl } from '../core/url.ts';
import {
  allowedHosts,
  indexKey,
  isOwnershipLifted,
  judgeHost,
  judgeIndex,
  ownerOf,
  saysAbsent,
  type Owner,
  type Policy,
} from '../policy/index.ts';
import type { HostMemory } from '../trust/hosts.ts';
import { indexOf, isDirect } from './artifact-of.ts';

type Declined = Exclude<PageReading, { readonly outcome: 'page' | 'unread' }>;

/** A page that was asked for, and the name that its address ends in. */
export interface AskedPage {
  readonly url: string;
  readonly project: string | null;
}

/** A name that came to nothing in this run, with the page that shows it. */
export interface NameRefusal {
  readonly project: string;
  readonly url: string;
  readonly reason: Reason;
}

export interface NameGuardParts {
  readonly policy: Policy;
  readonly hosts: HostMemory;
  readonly now: () => number;
}

/**
 * What becomes of names in one run. A name with an owner is asked of nobody else; a name whose
 * page could not be decided on one index is taken from none.
 */
export class NameGuard {
  readonly #parts: NameGuardParts;
  readonly #blocked = new Map<string, Reason>();
  /** By name, then by page: not shown to whoever asked, so nobody can say what it holds. */
  readonly #withheld = new Map<string, Map<string, Reason>>();
  readonly #turnedAway = new Map<string, NameRefusal>();
  readonly #ownersAsked = new Set<string>();

  constructor(parts: NameGuardParts) {
    this.#parts = parts;
  }

  /** Why a page is not asked for: its name belongs to another index. `null`: it may be. */
  turnAway(page: AskedPage): Reason | null {
    const owner = this.#ownerOf(page.project);
    if (owner === null || page.project === null) return null;
    if (indexKey(page.url) === owner.index) return null; // the owner itself is a page of links
    if (this.#isAtOwner(page, owner)) {
      this.#ownersAsked.add(page.project);
      return null;
    }
    if (this.#isLifted(page.project)) return null;
    const found = judgeIndex(this.#parts.policy, page.project, indexOf(page.url, page));
    if (found !== null) {
      this.#turnedAway.set(page.project, { ...page, project: page.project, reason: found });
    }
    return found;
  }

  /** Whether a page might be asked for before anybody does. Leaves no trace. */
  mayForesee(page: AskedPage): boolean {
    const { project, url } = page;
    const owner = this.#ownerOf(project);
    if (project !== null && this.blockOf(project) !== null) return false;
    if (owner === null || project === null || this.#isAtOwner(page, owner)) return true;
    if (indexKey(url) === owner.index || this.#isLifted(project)) return true;
    return judgeIndex(this.#parts.policy, project, indexOf(url, page)) === null;
  }

  /** What an owned name's page may not lead out of; `null`: it may lead anywhere. */
  boundsOf(page: AskedPage): string | null {
    const owner = this.#ownerOf(page.project);
    return owner !== null && this.#isAtOwner(page, owner) ? owner.index : null;
  }

  /**
   * An index did not show a page. Where it says that it has no such project, others may be asked;
   * where it wants to know who asks, nobody knows whether it has one (unreachable is not absent).
   * @throws Refusal `WP-OWNED-NAME-EMPTY`
   */
  declined(page: AskedPage, reading: Declined): Declined {
    const { url, project } = page;
    if (project === null) return reading;
    const { status } = reading;
    const index = indexOf(url, page);
    if (reading.outcome === 'not-found' || saysAbsent(this.#parts.policy, index, status)) {
      this.shown(page, 0);
      return { outcome: 'not-found', status: reading.outcome === 'not-found' ? status : 404 };
    }
    const found = reason(
      'WP-UPSTREAM-STATUS',
      `${printableUrl(url)} answered ${status}: whether it has ${project} cannot be known, so ${project} is taken from no index`,
      `Give the installer the credentials of this index. If ${status} is how it says that it has no such project, write to wheelproof.toml: a table [[index]] with url = ${JSON.stringify(index)} and absent-status = [${status}]`,
    );
    const pages = this.#withheld.get(project) ?? new Map<string, Reason>();
    this.#withheld.set(project, pages.set(url, found));
    return reading;
  }

  /** A page was decided after all. @throws Refusal `WP-OWNED-NAME-EMPTY` */
  shown(page: AskedPage, entries: number): void {
    const { project, url } = page;
    if (project === null) return;
    this.#withheld.get(project)?.delete(url);
    const owner = this.#ownerOf(project);
    if (entries > 0 || owner === null || !this.#isAtOwner(page, owner)) return;
    if (this.#isLifted(project)) return;
    throw new Refusal('WP-OWNED-NAME-EMPTY', {
      message: `${project}: expected files on ${owner.index}, which owns the name (${owner.from}), found none; no other index is asked`,
    });
  }

  /** A page of this project could not be decided: the name is blocked on every index for the run. */
  block(project: string, why: Reason): void {
    if (!this.#blocked.has(project)) this.#blocked.set(project, why);
  }

  blockOf(project: string): Reason | null {
    const [withheld] = this.#withheld.get(project)?.values() ?? [];
    return this.#blocked.get(project) ?? withheld ?? null;
  }

  /** Names that stayed undecided, or whose owner nobody asked. */
  refusals(): readonly NameRefusal[] {
    const undecided = [...this.#withheld].flatMap(([project, pages]) =>
      [...pages].map(([url, why]) => ({ project, url, reason: why })),
    );
    const orphaned = [...this.#turnedAway.values()].filter(
      ({ project }) => !this.#ownersAsked.has(project),
    );
    return [...undecided, ...orphaned];
  }

  /**
   * The index that a file counts as coming from: of an address given directly (a lock file's, say),
   * the owner of the name where it lies on the owner's hosts.
   */
  placeOf(artifact: Pick<Artifact, 'index' | 'project' | 'url'>): string {
    const owner = isDirect(artifact) ? this.#ownerOf(artifact.project) : null;
    if (owner === null) return artifact.index;
    const { host } = new URL(artifact.url);
    const { policy, hosts } = this.#parts;
    const isKnown = hosts.known(owner.index).includes(host);
    const isAllowed =
      allowedHosts(policy, owner.index) !== null &&
      judgeHost(policy, owner.index, host, 'foreign') === null;
    return isKnown || isAllowed ? owner.index : artifact.index;
  }

  /** What ownership says against a file, before it is asked for; `null`: nothing. */
  judgeFile(artifact: Pick<Artifact, 'index' | 'project' | 'version' | 'url'>): Reason | null {
    return judgeIndex(this.#parts.policy, artifact.project, this.placeOf(artifact));
  }

  #ownerOf(project: string | null): Owner | null {
    return project === null ? null : ownerOf(this.#parts.policy, project);
  }

  #isAtOwner(page: AskedPage, owner: Owner): boolean {
    return indexKey(indexOf(page.url, page)) === owner.index;
  }

  #isLifted(project: string): boolean {
    return isOwnershipLifted(this.#parts.policy, project, this.#parts.now());
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/clock.ts';
import type { RememberedCommit } from '../core/repository.ts';
import type { TrustRows } from '../core/trust-rows.ts';

/**
 * What references of repositories named when this trust store accepted them. A run sees what
 * earlier runs left, and what it learnt itself only where a reference may not move.
 */
export class CommitMemory {
  readonly #rows: TrustRows;
  readonly #clock: Clock;
  readonly #before = new Map<string, readonly RememberedCommit[]>();

  constructor(rows: TrustRows, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  /** As earlier runs left it. */
  before(repository: string): readonly RememberedCommit[] {
    const known = this.#before.get(repository) ?? this.#rows.recallCommits(repository);
    this.#before.set(repository, known);
    return known;
  }

  /** As of now: another run may have been there meanwhile. */
  now(repository: string): readonly RememberedCommit[] {
    this.before(repository);
    return this.#rows.recallCommits(repository);
  }

  accept(repository: string, ref: string, commit: string): void {
    this.before(repository);
    const at = this.#clock.now();
    this.#rows.rememberCommit({ repository, ref, commit, firstSeen: at, lastSeen: at });
  }
}

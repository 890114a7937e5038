// SPDX-License-Identifier: Apache-2.0
import { publisherText } from '../core/publisher-text.ts';
import type { AcceptedChange, RememberedPublishers } from '../core/remembered-publisher.ts';
import { requireChange, requirePublishers } from './row-check.ts';
import { inOrderOfChanges, inOrderOfPublishers } from './row-order.ts';

const key = (...parts: readonly string[]): string => JSON.stringify(parts);

/** Who published what was accepted, and what people said of changes, in memory. */
export class MemoryPublishers {
  readonly #publishers: Map<string, RememberedPublishers>;
  readonly #changes: Map<string, AcceptedChange>;

  constructor(
    publishers: ReadonlyMap<string, RememberedPublishers> = new Map(),
    changes: ReadonlyMap<string, AcceptedChange> = new Map(),
  ) {
    this.#publishers = new Map(publishers);
    this.#changes = new Map(changes);
  }

  copy(): MemoryPublishers {
    return new MemoryPublishers(this.#publishers, this.#changes);
  }

  remember(row: RememberedPublishers): void {
    requirePublishers(row);
    const place = key(row.index, row.project, row.filename);
    if (this.#publishers.get(place)?.sha256 !== row.sha256) this.#publishers.set(place, row);
  }

  forget(index: string, project: string, filename: string): boolean {
    return this.#publishers.delete(key(index, project, filename));
  }

  list(project: string | null): readonly RememberedPublishers[] {
    return inOrderOfPublishers(this.#publishers.values()).filter(
      (row) => project === null || row.project === project,
    );
  }

  accept(change: AcceptedChange): void {
    requireChange(change);
    const { project, version, publisher } = change;
    const who = publisher === null ? '' : publisherText(publisher);
    this.#changes.set(key(project, version, who), { ...change });
  }

  listChanges(project: string | null): readonly AcceptedChange[] {
    return inOrderOfChanges(this.#changes.values()).filter(
      (change) => project === null || change.project === project,
    );
  }

  withdraw(project: string, version: string): number {
    const mine = [...this.#changes].filter(
      ([, change]) => change.project === project && change.version === version,
    );
    for (const [place] of mine) this.#changes.delete(place);
    return mine.length;
  }
}

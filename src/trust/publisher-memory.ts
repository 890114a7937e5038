// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { Clock } from '../core/clock.ts';
import type { Publisher } from '../core/publisher.ts';
import type { RememberedPublishers } from '../core/remembered-publisher.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import {
  standingOf,
  type KnownFile,
  type ProvenanceHistory,
  type Standing,
} from './provenance-history.ts';

const NOTHING: ProvenanceHistory = { files: [], accepted: [] };

/**
 * Who published what this trust store accepted. A run sees what earlier runs left: two files that
 * are new in one run do not confirm each other.
 */
export class PublisherMemory {
  readonly #rows: TrustRows;
  readonly #clock: Clock;
  readonly #before = new Map<string, ProvenanceHistory>();

  constructor(rows: TrustRows, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  /**
   * How a file stands beside what was accepted from its index before.
   * @param publishers whom its own attestations prove; empty: it has none
   */
  standing(artifact: Artifact, publishers: readonly Publisher[]): Standing {
    const { index, project, version, filename } = artifact;
    const known = this.#historyOf(index, project);
    const history =
      known === NOTHING && publishers.length > 0
        ? { files: bareFiles(this.#rows, index, project), accepted: [] }
        : known;
    return standingOf({ version, filename, publishers }, history);
  }

  /** Whether anything at all is known that a file could be held against. */
  knows({ index, project }: Artifact): boolean {
    return this.#historyOf(index, project) !== NOTHING;
  }

  /** Who was proved to have published exactly these bytes under this name; `null`: never. */
  provedOf(artifact: Artifact, sha256: string): RememberedPublishers | null {
    const [first] = this.#rows
      .recallPublishersOf(artifact.project, sha256)
      .filter(({ filename }) => filename === artifact.filename);
    return first ?? null;
  }

  /** The file was accepted. To be called inside the transaction that remembers it. */
  accept(artifact: Artifact, sha256: string, publishers: readonly Publisher[]): void {
    if (publishers.length === 0) return;
    const { index, project, version, filename } = artifact;
    const firstSeen = this.#clock.now();
    const row = { index, project, version, filename, sha256, publishers, firstSeen };
    this.#rows.rememberPublishers(row);
  }

  #historyOf(index: string, project: string): ProvenanceHistory {
    const key = JSON.stringify([index, project]);
    const known = this.#before.get(key);
    if (known !== undefined) return known;
    const history = readHistory(this.#rows, index, project);
    this.#before.set(key, history);
    return history;
  }
}

/** Of a project whose first attested file this is: what came before was not. */
function bareFiles(rows: TrustRows, index: string, project: string): readonly KnownFile[] {
  return rows
    .list({ project })
    .filter((file) => file.index === index)
    .map(({ version, filename }) => ({ version, filename, publishers: [] }));
}

/** What is known of a project at one index: most have no publisher, and then nothing more is read. */
export function readHistory(rows: TrustRows, index: string, project: string): ProvenanceHistory {
  const attested = rows.recallPublishers(index, project);
  const accepted = rows.listChanges({ project });
  if (attested.length === 0 && accepted.length === 0) return NOTHING;
  const byName = new Map(attested.map((row) => [row.filename, row]));
  const files = rows
    .list({ project })
    .filter((file) => file.index === index)
    .map(({ version, filename, sha256 }) => {
      const row = byName.get(filename);
      return { version, filename, publishers: row?.sha256 === sha256 ? row.publishers : [] };
    });
  const names = new Set(files.map(({ filename }) => filename));
  const others = attested.filter(({ filename }) => !names.has(filename));
  return { files: [...files, ...others], accepted };
}

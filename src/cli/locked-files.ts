// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import type { LockedPackage } from '../core/lockfile.ts';
import type { RememberedListing } from '../core/remembered-page.ts';
import type { RememberedFile, TrustRows } from '../core/trust-rows.ts';
import { indexKey } from '../policy/index.ts';

/** One file that a lock states, as far as it can be told which. */
export interface LockedBytes {
  readonly project: string;
  readonly version: string | null;
  /** `null`: its format states digests alone, and nobody here knows of which file. */
  readonly filename: string | null;
  readonly url: string | null;
  readonly sha256: string;
  /** As {@link indexKey} spells it; `null`: nobody says. */
  readonly index: string | null;
  readonly where: string;
}

/** Entries that state no sha256 of anything, or are of no index. */
export interface Unstated {
  readonly name: string;
  readonly version: string | null;
  readonly where: string;
  readonly why: 'no hash' | 'no name' | 'version control' | 'this machine';
}

/** What this machine remembers of projects and their pages, asked for once each. */
export class PageMemory {
  readonly #rows: TrustRows;
  readonly #files = new Map<string, readonly RememberedFile[]>();
  readonly #proved = new Map<string, ReadonlySet<string>>();
  readonly #pages = new Map<string, ReadonlyMap<string, RememberedListing>>();

  constructor(rows: TrustRows) {
    this.#rows = rows;
  }

  /** By file name; empty where the page was never seen. */
  listings(index: string, project: string): ReadonlyMap<string, RememberedListing> {
    const key = `${index} ${project}`;
    const known =
      this.#pages.get(key) ??
      new Map(this.#rows.recallListings(index, project).map((one) => [one.filename, one]));
    this.#pages.set(key, known);
    return known;
  }

  /** As the trust store answers; of a project's many files, it is asked once. */
  list(filter: { readonly project?: string; readonly sha256?: string }): readonly RememberedFile[] {
    const { project, sha256 } = filter;
    if (project === undefined || sha256 !== undefined) return this.#rows.list(filter);
    const known = this.#files.get(project) ?? this.#rows.list({ project });
    this.#files.set(project, known);
    return known;
  }

  recallBySha256(sha256: string): readonly RememberedFile[] {
    return this.#rows.recallBySha256(sha256);
  }

  /** Whether it was proved who published these bytes. */
  isProved(project: string, sha256: string): boolean {
    const known =
      this.#proved.get(project) ??
      new Set(this.#rows.listPublishers({ project }).map((row) => row.sha256));
    this.#proved.set(project, known);
    return known.has(sha256);
  }

  /** The one index that all memory of a project names. */
  indexOf(project: string): string | null {
    const pages = this.#rows.listPages({ project });
    const indexes = new Set(
      [...pages, ...this.list({ project })].map(({ index }) => index).filter(isAddress),
    );
    const [only] = indexes;
    return indexes.size === 1 ? (only ?? null) : null;
  }
}

const isAddress = (index: string): boolean => /^https?:/iu.test(index);

/** Every file that a lock states, once, and what it names without saying which bytes. */
export function lockedBytes(
  packages: readonly LockedPackage[],
  {
    rows,
    memory,
    index: given,
  }: {
    readonly rows: TrustRows;
    readonly memory: PageMemory;
    /** The index for what names none. */
    readonly index: string | null;
  },
): { readonly stated: readonly LockedBytes[]; readonly unstated: readonly Unstated[] } {
  const stated = new Map<string, LockedBytes>();
  const unstated: Unstated[] = [];
  for (const locked of packages) {
    const { name: project, version, where, place } = locked;
    const own = locked.index === null ? given : indexKey(locked.index);
    const add = (one: Omit<LockedBytes, 'project' | 'version'>): void => {
      const key = JSON.stringify([project, version, one.filename, one.sha256]);
      if (!stated.has(key)) stated.set(key, { project, version, ...one });
    };
    const found = [
      ...locked.files.map((file) => ({ ...file, filename: file.filename || null })),
      ...locked.hashes.map((hashes) => ({ hashes, filename: null, url: null, where })),
    ];
    let named = 0;
    for (const { hashes, filename, url, where: line } of found) {
      const sha256 = hashes['sha256'];
      if (sha256 === undefined) continue;
      named += 1;
      const index = place === null ? (own ?? memory.indexOf(project)) : null;
      const meant = filename ?? nameOf(sha256, { project, index, rows, memory });
      add({ filename: meant, url, sha256, index, where: line });
    }
    if (named > 0) continue;
    const why =
      place?.kind === 'vcs'
        ? 'version control'
        : place?.kind === 'local'
          ? 'this machine'
          : 'no hash';
    unstated.push({ name: project, version, where, why });
  }
  return { stated: [...stated.values()], unstated };
}

/** Which file has this digest, by what was accepted or listed before. */
function nameOf(
  sha256: string,
  {
    project,
    index,
    rows,
    memory,
  }: {
    readonly project: string;
    readonly index: string | null;
    readonly rows: TrustRows;
    readonly memory: PageMemory;
  },
): string | null {
  const own = rows.recallBySha256(sha256).find((file) => file.project === project);
  if (own !== undefined || index === null) return own?.filename ?? null;
  for (const listing of memory.listings(index, project).values()) {
    if (listing.sha256 === sha256) return listing.filename;
  }
  return null;
}

/** As the question is asked of it. */
export function artifactOf({
  project,
  version,
  filename,
  url,
  sha256,
  index,
}: LockedBytes): Artifact {
  const name = filename ?? `${project}-${version ?? '?'} sha256:${sha256}`;
  const parsed = parseDistributionFilename(name, project);
  return {
    index: index ?? (url === null ? 'direct:file://' : `direct:${new URL(url).origin}`),
    project,
    version: version ?? parsed?.version ?? '',
    filename: name,
    kind: parsed?.kind ?? 'archive',
    url: url ?? `file:///${encodeURIComponent(name)}`,
    listed: null,
  };
}

// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { Clock } from '../core/clock.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import type { RememberedFile, Remembering, TrustRows } from '../core/trust-rows.ts';
import type { Verdict } from '../core/verdict.ts';
import { UntilTurn } from './until-turn.ts';

const DIRECT = 'direct:';

/** What this trust store has accepted before. */
export class TrustMemory {
  readonly #rows: TrustRows;
  readonly #clock: Clock;
  readonly #known = new UntilTurn<string, ReadonlySet<string> | null>();

  constructor(rows: TrustRows, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  /**
   * What is remembered of this file: under its own key, or under another spelling of its name, or,
   * between an index and an address given directly (a lock file's, a direct URL), under the same
   * address. So a file that was changed is found through whichever door it comes; two indexes stay
   * apart.
   */
  recall(artifact: Artifact): RememberedFile | null {
    const versions = this.releasesOf(artifact.index, artifact.project);
    const mayBeKnown = versions === null || versions.has(artifact.version);
    return mayBeKnown ? this.#recallNow(artifact) : null;
  }

  /** The versions of which anything may be remembered, until the event loop turns; `null`: any. */
  releasesOf(index: string, project: string): ReadonlySet<string> | null {
    if (index.startsWith(DIRECT)) return null;
    return this.#known.get(project, () => this.#rows.knownVersions(project));
  }

  #recallNow(artifact: Artifact): RememberedFile | null {
    const { index, project, filename, url } = artifact;
    const own = this.#rows.recall(index, project, filename) ?? this.#recallSpelling(artifact);
    if (own !== null) return own;
    const mayBeMeant = (file: RememberedFile): boolean =>
      index.startsWith(DIRECT) || file.index.startsWith(DIRECT);
    const candidates = this.#rows.recallByUrl(url).filter(mayBeMeant);
    return candidates.reduce<RememberedFile | null>(
      (first, file) => (first === null || file.firstSeen < first.firstSeen ? file : first),
      null,
    );
  }

  /** `Demo-1.0.tar.gz` is `demo-1.0.tar.gz` to every installer. */
  #recallSpelling({ index, project, version, filename }: Artifact): RememberedFile | null {
    const inIndex = this.#rows
      .recallRelease(project, version)
      .filter((file) => file.index === index);
    if (inIndex.length === 0) return null;
    const meant = meaningOf(filename, project);
    if (meant === null) return null;
    return inIndex.find((file) => meaningOf(file.filename, project) === meant) ?? null;
  }

  /** Remembers the bytes, unless others are remembered for this file: then nothing is written. */
  accept(
    artifact: Artifact,
    sha256: string,
    size: number,
    verdict: Verdict,
    policyDigest: string,
  ): Remembering {
    return this.#rows.transaction<Remembering>(() => {
      this.#known.clear();
      const known = this.#recallNow(artifact);
      if (known !== null && known.sha256 !== sha256) return { outcome: 'conflict', file: known };
      const now = this.#clock.now();
      if (known !== null && artifact.index.startsWith(DIRECT)) {
        return this.#rows.remember({ ...known, lastSeen: now, policy: policyDigest });
      }
      const { index, project, version, filename, url } = artifact;
      const times = { firstSeen: known?.firstSeen ?? now, lastSeen: now };
      const file = { index, project, version, filename, url, sha256, size, ...times };
      return this.#rows.remember({ ...file, verdict, policy: policyDigest });
    });
  }

  /** Milliseconds since this store first accepted the file; `null` where it never did. */
  ageOf(artifact: Artifact): number | null {
    const known = this.recall(artifact);
    return known === null ? null : Math.max(0, this.#clock.now() - known.firstSeen);
  }
}

/** What a file name says, however it is spelled; `null` where it tells no release. */
function meaningOf(filename: string, project: string): string | null {
  const parsed = parseDistributionFilename(filename, project);
  const ending = /\.(?:tar\.)?[^.]*$/u.exec(filename)?.[0];
  return parsed === null ? null : JSON.stringify({ ...parsed, ending });
}

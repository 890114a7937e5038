// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import type { RememberedFile, TrustRows } from '../core/trust-rows.ts';

/** What was accepted of the same project from other indexes. */
export interface Elsewhere {
  /** The same file name, with other bytes. */
  readonly differing: readonly RememberedFile[];
  /** Where all of the project came from until now; empty where this index was among them. */
  readonly formerIndexes: readonly string[];
}

const NOTHING: Elsewhere = { differing: [], formerIndexes: [] };

/** What earlier runs accepted from other indexes; a page of ten thousand files asks the store once. */
export class ElsewhereMemory {
  readonly #rows: TrustRows;
  readonly #before = new Map<string, readonly RememberedFile[]>();

  constructor(rows: TrustRows) {
    this.#rows = rows;
  }

  /**
   * What is remembered of other indexes where this one gives something else. The same bytes under
   * the project's name make it a mirror: then nothing.
   *
   * @param index what the file counts as coming from.
   */
  of(artifact: Artifact, index: string, sha256: string): Elsewhere {
    const files = this.#filesBefore(artifact.project);
    const strangers = files.filter((file) => file.index !== index);
    const isMirrored = strangers.some((file) => file.sha256 === sha256);
    if (strangers.length === 0 || isMirrored || isDirect(index)) return NOTHING;
    const isKnownHere = strangers.length < files.length;
    const meant = meaningOf(artifact);
    return {
      differing: strangers.filter(
        (file) => file.version === artifact.version && meaningOf(file) === meant,
      ),
      formerIndexes: isKnownHere ? [] : [...new Set(strangers.map((file) => file.index))].sort(),
    };
  }

  /** Whether anything of this project is remembered of another index than this one. */
  knowsBeside(project: string, index: string): boolean {
    return this.#filesBefore(project).some((file) => file.index !== index);
  }

  #filesBefore(project: string): readonly RememberedFile[] {
    const known = this.#before.get(project);
    if (known !== undefined) return known;
    const files = this.#rows.list({ project }).filter(({ index }) => !isDirect(index));
    this.#before.set(project, files);
    return files;
  }
}

function isDirect(index: string): boolean {
  return index.startsWith('direct:');
}

/** `Demo-1.0.tar.gz` is `demo-1.0.tar.gz` to every installer. */
function meaningOf({ filename, project }: Pick<Artifact, 'filename' | 'project'>): string {
  const parsed = parseDistributionFilename(filename, project);
  const ending = /\.(?:tar\.)?[^.]*$/u.exec(filename)?.[0];
  return parsed === null ? filename : JSON.stringify({ ...parsed, ending });
}

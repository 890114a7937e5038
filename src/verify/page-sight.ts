// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { PageSource } from './inward-link.ts';
import type { NameGuard } from './name-guard.ts';
import type { PageWatch } from './page-watch.ts';
import type { Question } from './question.ts';

export interface SightParts {
  readonly question: Pick<Question, 'releasesToAsk' | 'passesUnknown'>;
  readonly names: Pick<NameGuard, 'judgeFile'>;
  readonly watch: Pick<PageWatch, 'remarksOn'>;
  /** Nothing speaks against a file at this address for where it lies. */
  readonly mayLieAt: (url: string) => boolean;
}

/**
 * Which of a page's files pass because nothing that could be said of one of them is known: their
 * project may be had here, nothing was remarked of them, they lie where others may, no evidence knows
 * their release, and of one of them the question was asked. What it lets pass the judgement of each
 * lets pass as well. `null`: each is to be judged. It holds until the event loop turns.
 */
export function passOnSight(
  parts: SightParts,
  { index, page: { project, status } }: PageSource,
  artifacts: readonly Artifact[],
): ((artifact: Artifact) => boolean) | null {
  const { question, names, watch, mayLieAt } = parts;
  if (project === null || status === 'quarantined') return null;
  const asked = question.releasesToAsk(index, project);
  if (asked === null) return null;
  const isUnknown = (artifact: Artifact): boolean =>
    artifact.project === project &&
    !asked.has(artifact.version) &&
    watch.remarksOn(artifact).length === 0;
  const example = artifacts.find((one) => isExample(one) && isUnknown(one));
  const declared = example?.listed?.hashes['sha256'];
  if (example === undefined || declared === undefined) return null;
  if (names.judgeFile(example) !== null || !question.passesUnknown(example, declared)) return null;
  let origin = '';
  return (artifact) => {
    if (!isUnknown(artifact)) return false;
    const { url } = artifact;
    if (origin !== '' && url.startsWith(origin)) return true;
    if (!mayLieAt(url)) return false;
    origin = /^https?:\/\/[a-z0-9.:-]+\//u.exec(url)?.[0] ?? '';
    return true;
  };
}

/** A file of which its page says what nearly all say. */
function isExample({ listed }: Artifact): boolean {
  return listed !== null && listed.provenance === null && listed.hashes['sha256'] !== undefined;
}

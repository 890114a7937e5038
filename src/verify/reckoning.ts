// SPDX-License-Identifier: Apache-2.0
import type { Wish } from '../core/installer.ts';
import type { Receipt } from '../core/verification.ts';
import { releases } from '../core/verdict.ts';
import { compareVersions, isPrerelease, satisfies } from '../core/version.ts';

/**
 * Which of the files left out of index pages count as refusals: those that the installer would
 * have taken. That is, everything acceptable to the wishes where it ended up with no version of
 * the project, and otherwise what is newer than the version it chose. The rest are notes.
 */
export function reckon(receipts: readonly Receipt[], wishes: readonly Wish[]): readonly Receipt[] {
  const chosen = chosenVersions(receipts);
  return receipts.map((receipt) => {
    if (receipt.asked || releases(receipt.decision)) return receipt;
    return { ...receipt, asked: wasWanted(receipt, wishes, chosen) };
  });
}

function chosenVersions(receipts: readonly Receipt[]): ReadonlyMap<string, string> {
  const chosen = new Map<string, string>();
  for (const { artifact, asked, decision } of receipts) {
    if (!asked || !releases(decision) || artifact.version === '') continue;
    const known = chosen.get(artifact.project);
    if (known === undefined || compareVersions(artifact.version, known) > 0) {
      chosen.set(artifact.project, artifact.version);
    }
  }
  return chosen;
}

function wasWanted(
  { artifact }: Receipt,
  wishes: readonly Wish[],
  chosen: ReadonlyMap<string, string>,
): boolean {
  const { project, version } = artifact;
  const mine = wishes.filter((wish) => wish.project === project);
  const meets = mine.every(
    ({ specifier }) => specifier === '' || (version !== '' && satisfies(version, specifier)),
  );
  const best = chosen.get(project);
  if (best === undefined) return meets && (version !== '' || mine.length > 0);
  if (!meets || version === '' || compareVersions(version, best) <= 0) return false;
  return !isPrerelease(version) || isPrerelease(best);
}

// SPDX-License-Identifier: Apache-2.0
import { dirname } from 'node:path';
import { reason } from '../core/errors.ts';
import type { Compiles } from '../core/installer.ts';
import type { HalfInstalled, InstalledDistribution } from '../core/report.ts';
import { compareEnvironments, type Snapshot } from '../host/index.ts';
import {
  beginAll,
  isImportable,
  preexisting,
  unlistedEntries,
  vanished,
  type Grounds,
  type Judged,
} from '../verify/index.ts';
import { halfInstalled } from './half-installed.ts';
import type { SubjectReason } from './run-events.ts';

export interface AfterInstall {
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** The installer came to its own end, and all that it does is done. */
  readonly endedWell: boolean;
  /** A program of the user's own ran too, which may put files where it likes. */
  readonly runsProgram: boolean;
  /** The installer leaves compiled modules that no RECORD lists. */
  readonly compiles?: Compiles | undefined;
  /** What the installer was called with. */
  readonly words: readonly string[];
}

export interface Held {
  readonly judged: readonly Judged[];
  readonly installed: readonly InstalledDistribution[];
  readonly halfInstalled: readonly HalfInstalled[];
  readonly refusals: readonly SubjectReason[];
  readonly notes: readonly string[];
}

/** Takes what was installed apart: what has its receipt, what has none, what is not finished. */
export async function holdAgainstReceipts(look: AfterInstall, grounds: Grounds): Promise<Held> {
  const { before, after, endedWell, runsProgram, compiles, words } = look;
  const { files } = grounds;
  const { added, preexisting: old } = compareEnvironments(before.found, after.found);
  const begun = await beginAll(added, grounds, endedWell);
  // What an unfinished distribution lists is no more whole than itself. Where all are finished, the
  // folders are listed while the files are digested.
  const whole = endedWell
    ? begun.added
    : (await begun.judged).filter(({ unfinished }) => unfinished === null);
  const unlisted = await unlistedEntries(before.listings, after.listings, {
    added: whole,
    others: old,
    files,
    ...(compiles === undefined ? {} : { compiles }),
    ...(before.takenAt === undefined ? {} : { since: before.takenAt }),
  });
  const judged = await begun.judged;
  const refusals: SubjectReason[] = judged.flatMap(({ found, refusals: own }) =>
    own.map((why) => ({ ...why, subject: found.name })),
  );
  const notes = judged.flatMap((one) => one.notes);
  if (endedWell) {
    const stray = unlisted.filter((path) => isImportable(path));
    if (runsProgram) notes.push(...stray.map((path) => `${path} is new and belongs to no package`));
    else refusals.push(...strayRefusals(stray));
  }
  const left = endedWell
    ? { unlisted: [], vanished: [] }
    : { unlisted, vanished: vanished(before.found, after.found) };
  return {
    judged,
    installed: [
      ...withoutPassing(old, after).map(preexisting),
      ...judged.map(({ distribution }) => distribution),
    ],
    halfInstalled: runsProgram ? [] : halfInstalled({ judged, ...left, words }),
    refusals,
    notes,
  };
}

/** What earlier runs left in environments of their own is nothing that this one has. */
export function withoutPassing<Found extends { readonly distInfo: string }>(
  found: readonly Found[],
  { listings }: Snapshot,
): readonly Found[] {
  const passing = new Set(
    listings.filter(({ kind }) => kind === 'environments').map(({ site }) => site),
  );
  return found.filter(({ distInfo }) => !passing.has(dirname(distInfo)));
}

function strayRefusals(paths: readonly string[]): readonly SubjectReason[] {
  return [...Map.groupBy(paths, (path) => dirname(path))].map(([site, here]) => {
    const names = here.slice(0, 5).join(', ');
    const more = here.length > 5 ? ` and ${here.length - 5} more` : '';
    const message = `came during this run and belongs to no distribution: ${names}${more}`;
    const hint = 'Look at it and remove it; it passed the gate neither as a file nor in one.';
    return { ...reason('WP-NO-RECEIPT', message, hint), subject: site };
  });
}

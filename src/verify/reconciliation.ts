// SPDX-License-Identifier: Apache-2.0
import { dirname, resolve } from 'node:path';
import { reason, type Reason } from '../core/errors.ts';
import type { FoundDistribution } from '../core/host.ts';
import {
  beginReconciling,
  type Beginning,
  type Grounds,
  type Owning,
  type Reconciled,
} from './installed.ts';
import type { AlteredFile } from './wheel-comparison.ts';

export interface Judged extends Reconciled {
  readonly refusals: readonly Reason[];
  readonly notes: readonly string[];
  /** The installer was ended before it had finished this one: the files of it that are not right. */
  readonly unfinished: readonly string[] | null;
}

/** Everything that a run brought in, and what becomes of it once its files have been looked at. */
export interface Begun {
  readonly added: readonly Owning[];
  readonly judged: Promise<readonly Judged[]>;
}

/** Holds everything that a run brought in against what passed the gate. */
export async function reconcileAll(
  added: readonly FoundDistribution[],
  grounds: Grounds,
  endedWell: boolean,
): Promise<readonly Judged[]> {
  return await (
    await beginAll(added, grounds, endedWell)
  ).judged;
}

/** As {@link reconcileAll}, done but for the bytes on the disk. */
export async function beginAll(
  added: readonly FoundDistribution[],
  grounds: Grounds,
  /** The installer came to its own end: what is not finished now will not be. */
  endedWell: boolean,
): Promise<Begun> {
  const begun: Beginning[] = [];
  const end = endedWell ? 'its own' : 'cut off';
  for (const found of added) {
    const one = await beginReconciling(found, grounds, end);
    one.reconciled.catch(() => undefined); // awaited below, unless another one throws before
    begun.push(one);
  }
  const judged = judgeAll(begun, grounds, endedWell);
  judged.catch(() => undefined); // awaited by whoever began, unless it throws before
  return { added: begun, judged };
}

async function judgeAll(
  begun: readonly Beginning[],
  grounds: Grounds,
  endedWell: boolean,
): Promise<readonly Judged[]> {
  const all = await Promise.all(begun.map(({ reconciled }) => reconciled));
  const judged: Judged[] = [];
  for (const one of all) {
    const altered = await withoutOthers(one, all, grounds);
    judged.push({ ...one, ...judge(one, altered, endedWell) });
  }
  return judged;
}

type Judgement = Pick<Judged, 'refusals' | 'notes' | 'unfinished'>;

function judge(one: Reconciled, altered: readonly AlteredFile[], endedWell: boolean): Judgement {
  const { found, comparison, distribution } = one;
  const { missing, finished, listed: hasRecord } = comparison;
  const name = `${found.name} ${found.version}`;
  if (one.reason !== null) return { refusals: [one.reason], notes: [], unfinished: null };
  if (!endedWell && (!finished || missing.length > 0)) {
    const wrong = finished ? missing : [...missing, ...altered.map(({ path }) => path)];
    return { refusals: [], notes: [], unfinished: wrong };
  }
  const isBare = distribution.source === 'local' || distribution.source === 'vcs';
  const refusals: Reason[] = [];
  const notes: string[] = [];
  if (!hasRecord && !isBare) {
    const message = `${name} in ${found.distInfo} is not what an installer leaves: it has no RECORD`;
    refusals.push(reason('WP-NO-RECEIPT', message));
  }
  if (altered.length > 0) {
    const files = listed(altered.map(({ path }) => path));
    if (isBare)
      notes.push(`${name} (${distribution.source}) differs from its own RECORD: ${files}`);
    else refusals.push(reason('WP-INSTALLED-BYTES', alteredMessage(one, files)));
  }
  if (missing.length > 0) notes.push(`${name}: not there any more: ${listed(missing)}`);
  return { refusals, notes, unfinished: null };
}

function alteredMessage({ found, wheel, distribution }: Reconciled, files: string): string {
  const expected =
    wheel === null
      ? 'what its own RECORD says'
      : `the verified wheel (sha256 ${distribution.receipt ?? '?'})`;
  return `${found.name} ${found.version}: what was installed is not ${expected}: ${files}`;
}

const MOST_LISTED = 5;

function listed(paths: readonly string[]): string {
  const more = paths.length - MOST_LISTED;
  return `${paths.slice(0, MOST_LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Two wheels may bring a file of one name (`tests/__init__.py`): the last one's bytes lie there. */
async function withoutOthers(
  one: Reconciled,
  all: readonly Reconciled[],
  { files }: Grounds,
): Promise<readonly AlteredFile[]> {
  const left: AlteredFile[] = [];
  for (const altered of one.comparison.altered) {
    const sha256 = altered.sha256 ?? (await files.digest(altered.path, null))?.sha256 ?? null;
    const others = all.filter((other) => other !== one && other.reason === null);
    if (!others.some((other) => brings(other, altered.path, sha256))) left.push(altered);
  }
  return left;
}

function brings({ found, wheel }: Reconciled, path: string, sha256: string | null): boolean {
  if (wheel === null || sha256 === null) return false;
  const site = dirname(found.distInfo);
  return wheel.members.some(
    (member) => member.sha256 === sha256 && resolve(site, member.path) === path,
  );
}

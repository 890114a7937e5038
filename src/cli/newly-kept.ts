// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import type { FoundDistribution, WheelMember } from '../core/host.ts';
import type { KeptWheel } from '../core/kept-wheel.ts';
import { MAX_KEPT_WHEELS } from '../core/limits.ts';
import type { Receipt } from '../core/verification.ts';
import { releases } from '../core/verdict.ts';
import { contentsOf, installedFiles } from '../host/index.ts';
import type { UnpackedWheel } from '../storage/index.ts';
import type { Judged } from '../verify/index.ts';

type NewlyKept = Omit<KeptWheel, 'pointerSha256' | 'folder'>;

/**
 * Of what an installer unpacked, that which is known to be what its wheel holds, though its bytes
 * are not read again: it holds the wheel's files, and what was copied from it was compared with the
 * wheel byte for byte and found to be the same, while nothing of it has changed since before that.
 */
export async function newlyKept(
  unpacked: readonly UnpackedWheel[],
  judged: readonly Judged[],
  { cache, receipts }: { readonly cache: string; readonly receipts: readonly Receipt[] },
): Promise<readonly NewlyKept[]> {
  const found: NewlyKept[] = [];
  const byProject = Map.groupBy(unpacked, ({ project }) => project);
  for (const one of judged) {
    const copy = await verifiedCopy(one);
    const artifact = copy === null ? null : receiptOf(receipts, copy.sha256);
    if (copy === null || artifact === null) continue;
    const { sha256 } = copy;
    const { index, project, filename, url } = artifact;
    for (const { pointer, text, tree, look } of byProject.get(project) ?? []) {
      if (!text.includes(sha256) || !text.includes(filename) || !text.includes(url)) continue;
      const seen = await look;
      if (seen?.contents !== copy.contents || seen.changedAt > copy.finishedAt) continue;
      if (!(await isSame(join(cache, tree), copy.rewritten))) continue;
      found.push({
        index,
        project,
        filename,
        url,
        sha256,
        pointer,
        tree,
        stamp: seen.stamp,
        entries: seen.entries,
      });
    }
  }
  return found;
}

interface VerifiedCopy {
  readonly sha256: string;
  readonly contents: string;
  readonly rewritten: readonly WheelMember[];
  /** When it was finished, by the kernel's clock; milliseconds since 1970. */
  readonly finishedAt: number;
}

/** `null` where not every byte of what was installed is known to be the wheel's. */
async function verifiedCopy(one: Judged): Promise<VerifiedCopy | null> {
  const { found, distribution, comparison, wheel, refusals, unfinished } = one;
  const { foreign, omitted, altered, missing, finished, listed } = comparison;
  const isWhole = [refusals, foreign, omitted, altered, missing].every(
    ({ length }) => length === 0,
  );
  if (!isWhole || !finished || !listed || unfinished !== null || wheel === null) return null;
  if (distribution.source !== 'index' || distribution.receipt === null) return null;
  const record = await installedFiles.stat(join(found.distInfo, 'RECORD'));
  if (record === null) return null;
  return {
    sha256: distribution.receipt,
    contents: contentsOf(wheel.members),
    rewritten: wheel.members.filter(({ path }) => REWRITTEN.test(path)),
    finishedAt: record.changedAt,
  };
}

/** Installers may write these anew: that a copy is right says nothing of what it was made from. */
const REWRITTEN = /\.pyc$|^[^/]+\.data\/scripts\//u;

async function isSame(tree: string, members: readonly WheelMember[]): Promise<boolean> {
  const wanted = members.map(({ path, size }) => ({ path: join(tree, path), size }));
  const digests = await installedFiles.digestEach(wanted);
  return members.every(({ sha256 }, at) => sha256 !== null && digests[at]?.sha256 === sha256);
}

function receiptOf(receipts: readonly Receipt[], sha256: string): Receipt['artifact'] | null {
  const own = receipts.filter(
    (one) => one.asked && one.sha256 === sha256 && releases(one.decision),
  );
  const [first] = own;
  const isOne = own.every(({ artifact }) => artifact.url === first?.artifact.url);
  return first !== undefined && isOne ? first.artifact : null;
}

function versionOf(filename: string): string {
  return parseDistributionFilename(filename)?.version ?? '';
}

/** Whether a wheel is among what was installed. */
export function isInstalled({ project, filename }: KeptWheel, added: readonly FoundDistribution[]) {
  const version = versionOf(filename);
  return added.some((found) => found.name === project && found.version === version);
}

/** The newest first, no place twice, and no more than MAX_KEPT_WHEELS of one project. */
export function joined(
  wheel: KeptWheel,
  former: readonly KeptWheel[],
): { readonly kept: readonly KeptWheel[]; readonly replaced: readonly KeptWheel[] } {
  const others = former.filter(({ pointer }) => pointer !== wheel.pointer);
  const kept = [wheel, ...others].slice(0, MAX_KEPT_WHEELS);
  return { kept, replaced: former.filter((one) => !kept.includes(one)) };
}

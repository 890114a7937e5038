// SPDX-License-Identifier: Apache-2.0
import type {
  FileDigest,
  FoundDistribution,
  InstalledFiles,
  WheelFiles,
  WheelMember,
} from '../core/host.ts';
import { KIB, MAX_COMPARED_MEMBER_BYTES } from '../core/limits.ts';
import type { RecordLine } from '../core/record-lines.ts';
import { compareRecords, type PlacedMember, type RecordComparison } from './wheel-records.ts';

/** What lies in an environment under a wheel's name, held against that wheel. */
export interface WheelComparison extends Omit<RecordComparison, 'placed'> {
  /** Files that the RECORD gives as the wheel's, and that hold other bytes. */
  readonly altered: readonly AlteredFile[];
  /** Files of the wheel that are not there. */
  readonly missing: readonly string[];
}

export interface AlteredFile {
  /** Absolute. */
  readonly path: string;
  /** `null` where its size alone tells. */
  readonly sha256: string | null;
}

/** The longest first line that an installer gives a script. */
const MAX_SCRIPT_HEAD_BYTES = 4 * KIB;

/** Compares member by member: first what the RECORDs say, then the bytes on the disk. */
export async function compareWithWheel(
  found: FoundDistribution,
  record: readonly RecordLine[] | null,
  against: { readonly wheel: WheelFiles; readonly files: InstalledFiles },
): Promise<WheelComparison> {
  return await comparePlaced(await compareRecords(found, record, against.wheel), against);
}

/** Looks at the bytes on the disk, where the RECORDs say that this wheel's lie. */
export async function comparePlaced(
  { placed, ...told }: RecordComparison,
  against: { readonly wheel: WheelFiles; readonly files: InstalledFiles },
): Promise<WheelComparison> {
  const altered: AlteredFile[] = [];
  const missing: string[] = [];
  const digests = await against.files.digestEach(placed);
  for (const [at, one] of placed.entries()) {
    const { member, isScript, isCompiled } = one;
    const digest = digests[at] ?? null;
    // Nearly all of them: not a promise more than these need.
    if (!isScript && isSame(digest, member)) continue;
    const of = { ...against, member };
    const { path, verdict } = await judgePlaces(one, (where) => {
      if (isScript) return judgeScript(where, of);
      return where === one.path ? judgeDigest(where, digest, of) : judgeFile(where, of);
    });
    if (verdict === 'missing') missing.push(path);
    else if (verdict !== 'same' && !isCompiled) altered.push({ path, sha256: verdict.sha256 });
  }
  return { ...told, altered, missing };
}

function isSame(digest: FileDigest | null, { sha256 }: WheelMember): boolean {
  return sha256 !== null && digest?.sha256 === sha256;
}

interface Compared {
  readonly wheel: WheelFiles;
  readonly member: WheelMember;
  readonly files: InstalledFiles;
}

/** The place that is right, or else the first one where something lies. */
async function judgePlaces(
  { path: right, elsewhere }: PlacedMember,
  judge: (path: string) => Promise<FileVerdict>,
): Promise<{ readonly path: string; readonly verdict: FileVerdict }> {
  const paths = elsewhere === null ? [right] : [right, elsewhere];
  const judged: { path: string; verdict: FileVerdict }[] = [];
  for (const path of paths) {
    const verdict = await judge(path);
    if (verdict === 'same') return { path, verdict };
    judged.push({ path, verdict });
  }
  const [first] = judged;
  const there = judged.find(({ verdict }) => verdict !== 'missing') ?? first;
  return there ?? { path: '', verdict: 'missing' };
}

type FileVerdict = 'same' | 'missing' | { readonly sha256: string | null };

async function judgeFile(path: string, compared: Compared): Promise<FileVerdict> {
  return await judgeDigest(path, await compared.files.digest(path, compared.member.size), compared);
}

async function judgeDigest(
  path: string,
  found: FileDigest | null,
  { wheel, member, files }: Compared,
): Promise<FileVerdict> {
  if (found === null) return 'missing';
  if (found.sha256 === null) return { sha256: null };
  if (isSame(found, member)) return 'same';
  // Some wheels have a RECORD that is wrong about them: what counts is what they hold.
  if (member.size > MAX_COMPARED_MEMBER_BYTES) return { sha256: found.sha256 };
  const disk = await files.read(path, member.size);
  const same = disk !== null && Buffer.compare(disk, await wheel.read(member.path)) === 0;
  return same ? 'same' : { sha256: found.sha256 };
}

async function judgeScript(path: string, { wheel, member, files }: Compared): Promise<FileVerdict> {
  const disk = await files.read(path, member.size + MAX_SCRIPT_HEAD_BYTES);
  if (disk === null) {
    return (await files.digest(path, 0)) === null ? 'missing' : { sha256: null };
  }
  const bytes = Buffer.from(await wheel.read(member.path));
  const body = bytes.subarray(bytes.indexOf('\n') + 1);
  const head = Buffer.from(disk).subarray(0, Math.max(0, disk.length - body.length));
  const same = Buffer.compare(disk.subarray(head.length), body) === 0;
  return same && isScriptHead(head.toString('latin1')) ? 'same' : { sha256: null };
}

/** One line, or three where the interpreter's path is too long for the kernel. */
function isScriptHead(head: string): boolean {
  return (
    /^#![^\n]*\n$/u.test(head) || /^#!\/bin\/sh\n'''exec' [^\n]* "\$0" "\$@"\n' '''\n$/u.test(head)
  );
}

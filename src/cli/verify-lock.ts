// SPDX-License-Identifier: Apache-2.0
import { basename } from 'node:path';
import type { Artifact, ListedFile } from '../core/artifact.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { Refusal } from '../core/errors.ts';
import { UPSTREAM_CONNECTIONS } from '../core/limits.ts';
import type { Upstream } from '../core/upstream.ts';
import type { Receipt } from '../core/verification.ts';
import { EVIDENCE_AT_HAND } from '../evidence/index.ts';
import { indexKey, signersIn } from '../policy/index.ts';
import { formatNamed } from '../report/index.ts';
import { Question } from '../verify/index.ts';
import { pageKey, readPages, type PageAnswer } from './index-pages.ts';
import { readLock } from './lock-list.ts';
import { asProved, lockAttestations } from './lock-attestations.ts';
import { lockReport, pageOf } from './lock-report.ts';
import { artifactOf, lockedBytes, PageMemory, type LockedBytes } from './locked-files.ts';
import { listingMemory } from './listing-memory.ts';
import { atHand, requireVoucher } from './own-verdict.ts';
import type { VerifyContext, VerifyOptions } from './verify-context.ts';
import { rootsFrom } from './verify-evidence.ts';
import { openOutside } from './verify-listing.ts';
import { lockText } from './verify-lock-text.ts';
import { signatureEvidence } from './verify-signatures.ts';

/** By its name: a requirement or lock file, and no file of a release. */
export function isLockName(word: string, formatOf: (name: string) => string | null): boolean {
  const name = basename(word);
  if (parseDistributionFilename(name) !== null) return false;
  return formatOf(name) !== null || /\.(?:txt|in)$/u.test(name);
}

/**
 * `wheelproof verify LOCKFILE`: who vouches for each file that a lock states, without installing.
 * What this machine remembers is asked first, and an index only for what memory does not know, or
 * for everything with `--refresh`.
 * @returns the exit code: 0 only if somebody vouches for every file and nothing failed.
 */
export async function verifyLock(
  context: VerifyContext,
  path: string,
  options: VerifyOptions,
): Promise<number> {
  requireNothingForFiles(options);
  const reading = await readLock(context, path);
  const { rows } = context;
  const memory = new PageMemory(rows);
  const index = options.index === undefined ? null : indexKey(options.index);
  const { stated, unstated } = lockedBytes(reading.packages, { rows, memory, index });
  const asked =
    options.offline === true ? [] : stated.filter((one) => isOpen(context, memory, one, options));
  const upstream = options.offline === true ? null : openOutside(context);
  try {
    const pages =
      upstream === null
        ? new Map<string, PageAnswer>()
        : await readPages(upstream, context.policy, asked.flatMap(pageOf));
    const judged = await judgeAll(context, options, { stated, pages, upstream, memory });
    const report = await lockReport(context, path, {
      reading,
      receipts: judged,
      stated,
      unstated,
      pages,
    });
    const text =
      options.json === true
        ? formatNamed('json').render(report, { width: null, colour: false })
        : lockText(report, path, unstated);
    context.io.out(text);
    return report.exit;
  } finally {
    await upstream?.close();
  }
}

const OF_ONE_FILE = [
  'provenance',
  'attestation',
  'identity',
  'signature',
  'requirement',
  'name',
] as const;

function requireNothingForFiles(options: VerifyOptions): void {
  const given = OF_ONE_FILE.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new Refusal('WP-USAGE', {
    message: `--${given} is about one file, and a lock file names many`,
    hint: 'Say it in the policy (`wheelproof policy explain PROJECT`), or verify the file by itself.',
  });
}

/** Whether memory cannot tell: neither were its bytes accepted, nor did its page list them. */
function isOpen(
  { rows }: VerifyContext,
  memory: PageMemory,
  { filename, project, index, sha256 }: LockedBytes,
  { refresh }: VerifyOptions,
): boolean {
  if (index === null) return false;
  if (refresh === true || filename === null) return true;
  if (memory.listings(index, project).has(filename)) return false;
  return rows.recall(index, project, filename)?.sha256 !== sha256;
}

interface Judging {
  readonly stated: readonly LockedBytes[];
  readonly pages: ReadonlyMap<string, PageAnswer>;
  readonly upstream: Upstream | null;
  readonly memory: PageMemory;
}

async function judgeAll(
  context: VerifyContext,
  options: VerifyOptions,
  { stated, pages, upstream, memory }: Judging,
): Promise<readonly Receipt[]> {
  const { rows, clock, policy } = context;
  const kinds = EVIDENCE_AT_HAND;
  const roots = await rootsFrom(context, options);
  const shared = [
    kinds.rememberedBytes(memory),
    kinds.approvals(rows, clock),
    lockAttestations({ roots, upstream, pages, rows }),
    kinds.indexHash,
    listingMemory(memory),
  ];
  const questions = new Map<string, Promise<Question>>();
  const questionFor = (artifact: Artifact): Promise<Question> => {
    const { project } = artifact;
    const isSigned = signersIn(policy)(project).length > 0 || options.checksums !== undefined;
    const isDirect = artifact.index.startsWith('direct:');
    const key = `${isDirect ? 'direct' : 'index'} ${isSigned ? project : ''}`;
    const make = async (): Promise<Question> => {
      const signed = isSigned
        ? await signatureEvidence(context, options, { project, path: null, upstream, roots })
        : [];
      const own = atHand(policy, artifact, options);
      return new Question({
        evidence: [...shared, ...signed],
        policy: own,
        rows,
        clock,
        askFirstUse: null,
      });
    };
    const known = questions.get(key) ?? make();
    questions.set(key, known);
    return known;
  };
  const judgeOne = async (one: LockedBytes): Promise<Receipt> => {
    const artifact = asProved(rows, pages, listedIn(pages, one), one.sha256);
    const question = await questionFor(artifact);
    const size = artifact.listed?.size ?? null;
    const digests = { sha256: one.sha256 };
    const bytes = { size: size ?? 0, digests, read: onlyDigest };
    const decision = requireVoucher(await question.answer(artifact, bytes), artifact);
    return { artifact, sha256: one.sha256, size, decision, at: clock.now(), asked: true };
  };
  const receipts: Receipt[] = [];
  const lane = async (open: Iterator<LockedBytes>): Promise<void> => {
    for (let next = open.next(); next.done !== true; next = open.next()) {
      receipts.push(await judgeOne(next.value));
    }
  };
  const open = stated.values();
  // Several at a time, for those of which an index is asked.
  await Promise.all(Array.from({ length: UPSTREAM_CONNECTIONS }, () => lane(open)));
  return receipts;
}

const onlyDigest = async (): Promise<never> => {
  throw new Refusal('WP-INTERNAL', { message: 'only the digest is at hand' });
};

/** What the index that was asked says of it; of a digest alone, the file that has it. */
function listedIn(pages: ReadonlyMap<string, PageAnswer>, one: LockedBytes): Artifact {
  const artifact = artifactOf(one);
  const page = one.index === null ? undefined : pages.get(pageKey({ ...one, index: one.index }));
  if (page === undefined || page instanceof Refusal) return artifact;
  const found = page.files.find((file: ListedFile) =>
    one.filename === null ? file.hashes['sha256'] === one.sha256 : file.filename === one.filename,
  );
  if (found === undefined) return artifact;
  const parsed = parseDistributionFilename(found.filename, one.project);
  const { filename, url } = found;
  const kind = parsed?.kind ?? 'archive';
  return { ...artifact, filename, url, kind, listed: found, listedBy: page.url };
}

// SPDX-License-Identifier: Apache-2.0
import type { Artifact, ListedFile } from '../core/artifact.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { Refusal } from '../core/errors.ts';
import { UPSTREAM_CONNECTIONS } from '../core/limits.ts';
import type { Upstream } from '../core/upstream.ts';
import type { Receipt } from '../core/verification.ts';
import { EVIDENCE_AT_HAND } from '../evidence/index.ts';
import { signersIn } from '../policy/index.ts';
import { Question } from '../verify/index.ts';
import { pageKey, type PageAnswer } from './index-pages.ts';
import { listingMemory } from './listing-memory.ts';
import { asProved, lockAttestations } from './lock-attestations.ts';
import { artifactOf, type LockedBytes, type PageMemory } from './locked-files.ts';
import { atHand, requireVoucher } from './own-verdict.ts';
import type { VerifyContext, VerifyOptions } from './verify-context.ts';
import { rootsFrom } from './verify-evidence.ts';
import { signatureEvidence } from './verify-signatures.ts';

/** What a lock states, and what was asked about it. */
export interface Judging {
  readonly stated: readonly LockedBytes[];
  readonly pages: ReadonlyMap<string, PageAnswer>;
  readonly upstream: Upstream | null;
  readonly memory: PageMemory;
}

/** A receipt for each file that a lock states: as in an install, but for its bytes. */
export async function judgeLocked(
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
    lockAttestations({ roots, upstream, pages, memory }),
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
    const artifact = asProved(memory, pages, listedIn(pages, one), one.sha256);
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

// SPDX-License-Identifier: Apache-2.0
import type { Refusal } from '../core/errors.ts';
import type { EvidenceKind } from '../core/evidence.ts';
import type { Report } from '../core/report.ts';
import { parseIdentityWord } from '../config/index.ts';
import {
  EVIDENCE_AT_HAND,
  readKeptEvidence,
  SidecarLedger,
  type GivenEvidence,
} from '../evidence/index.ts';
import { createPinReader } from '../lockfiles/index.ts';
import { signersIn } from '../policy/index.ts';
import { buildReport, formatNamed } from '../report/index.ts';
import { Question } from '../verify/index.ts';
import { artifactOf, openFileAtHand, type FileAtHand } from './file-at-hand.ts';
import { asIfListed, atHand, requireVoucher } from './own-verdict.ts';
import { tellRootAges } from './root-ages.ts';
import { openKeptProofs } from './trusted-roots.ts';
import type { VerifyContext, VerifyOptions } from './verify-context.ts';
import { readGiven, readPins, rootsFrom } from './verify-evidence.ts';
import { askIndex, indexFrom, openOutside, type Listing } from './verify-listing.ts';
import { signatureEvidence } from './verify-signatures.ts';
import { isLockName, verifyLock } from './verify-lock.ts';
import { verdictText } from './verify-text.ts';
import { ownVersion } from './version.ts';

/**
 * `wheelproof verify`: judges a file where it lies, with whatever is at hand.
 * @returns the exit code: 0 only if somebody vouches and nothing failed.
 * @throws Refusal `WP-USAGE`, `WP-TRUSTED-ROOT`, `WP-LOCKFILE-INVALID`
 */
export async function verifyWord(
  context: VerifyContext,
  word: string,
  options: VerifyOptions,
): Promise<number> {
  const locks = createPinReader(() => Promise.resolve(null));
  if (isLockName(word, (name) => locks.formatOf(name)))
    return await verifyLock(context, word, options);
  await using file = await openFileAtHand(word, options.name);
  const report = await judge(context, file, options, ['verify', word]);
  const text =
    options.json === true
      ? formatNamed('json').render(report, { width: null, colour: false })
      : verdictText(report);
  context.io.out(text);
  await context.report?.(report);
  return report.exit;
}

async function judge(
  context: VerifyContext,
  file: FileAtHand,
  options: VerifyOptions,
  argv: readonly string[],
): Promise<Report> {
  const { policy, rows, clock, places } = context;
  for (const word of options.identity ?? []) parseIdentityWord(word);
  const listing = await listingOf(context, file, options);
  const handed = await readGiven(options, file.path);
  const isAnswered = listing.upstream !== null && listing.unreachable === null;
  const given =
    handed.length > 0 || isAnswered ? handed : await readKeptEvidence(openKeptProofs(places), file);
  try {
    const artifact = given.length === 0 ? listing.artifact : asIfListed(listing.artifact);
    const evidence = await evidenceFor(context, { file, options, given, listing });
    const question = new Question({
      evidence,
      policy: atHand(policy, artifact, options),
      rows,
      clock,
      askFirstUse: null,
    });
    question.begin(artifact, {});
    const bytes = await file.hold(question.digestsWanted(artifact));
    const decision = requireVoucher(await question.answer(artifact, bytes), artifact);
    const { sha256, size } = file;
    const receipt = { artifact, sha256, size, decision, at: clock.now(), asked: true };
    const told = await tellRootAges(places, policy, { receipts: [receipt], clock });
    return buildReport({
      toolVersion: ownVersion(),
      policyDigest: policy.digest,
      installer: { name: 'wheelproof', version: ownVersion(), argv, exit: 0 },
      signal: null,
      jail: 'none',
      receipts: [receipt],
      installed: [],
      refusals: [],
      notes: [...policy.notes, ...told.notes, ...notesOf(file, options, listing, given)],
      otherTraffic: [],
      trustedRoots: options.trustedRoot === undefined ? told.ages : [],
    });
  } finally {
    await listing.upstream?.close();
  }
}

async function listingOf(
  context: VerifyContext,
  file: FileAtHand,
  options: VerifyOptions,
): Promise<Listing> {
  const index = indexFrom(context, options, file);
  const artifact = artifactOf(file, index);
  if (index === null || options.offline === true) {
    const isAsked =
      options.offline !== true && signersIn(context.policy)(artifact.project).length > 0;
    return { artifact, unreachable: null, upstream: isAsked ? openOutside(context) : null };
  }
  return await askIndex(context, artifact);
}

interface AtHand {
  readonly file: FileAtHand;
  readonly options: VerifyOptions;
  readonly given: readonly GivenEvidence[];
  readonly listing: Listing;
}

async function evidenceFor(
  context: VerifyContext,
  { file, options, given, listing }: AtHand,
): Promise<readonly EvidenceKind[]> {
  const { rows, clock } = context;
  const kinds = EVIDENCE_AT_HAND;
  const roots = await rootsFrom(context, options);
  const { upstream, unreachable, signedIndexes = { of: () => null } } = listing;
  const isSigned = file.path !== null && signedIndexes.of(listing.artifact) !== null;
  const attestations =
    given.length > 0 || upstream === null
      ? kinds.givenAttestations(given, roots)
      : unreachable === null
        ? kinds.attestations({ upstream, trustedRoots: roots })
        : notReached(unreachable);
  return [
    kinds.pins(await readPins(context, options)),
    kinds.rememberedBytes(rows),
    kinds.approvals(rows, clock),
    attestations,
    ...(await signatureEvidence(context, options, {
      project: listing.artifact.project,
      path: file.path,
      upstream,
      roots,
    })),
    // Of a digest alone, nobody can say what its bytes hold.
    ...(file.path === null ? [] : [kinds.contents(new SidecarLedger())]),
    ...(isSigned ? [kinds.tuf(signedIndexes)] : []),
    file.path === null ? sizeless(kinds.indexHash) : kinds.indexHash,
  ];
}

/** Of a digest alone nobody knows how many bytes it is of. */
function sizeless(kind: EvidenceKind): EvidenceKind {
  return {
    ...kind,
    examine: (artifact, bytes) =>
      kind.examine(
        artifact.listed === null
          ? artifact
          : { ...artifact, listed: { ...artifact.listed, size: null } },
        bytes,
      ),
  };
}

/** The index may name attestations: that it did not answer is not that there are none. */
function notReached({ code, message }: Refusal): EvidenceKind {
  const state = 'unreachable';
  const finding = { kind: 'attestation', class: 'publisher', state, identity: null } as const;
  const answer = async () => ({ ...finding, detail: message, code });
  return { kind: finding.kind, class: finding.class, foresee: answer, examine: answer };
}

function notesOf(
  file: FileAtHand,
  options: VerifyOptions,
  { artifact, unreachable }: Listing,
  given: readonly GivenEvidence[],
): readonly string[] {
  const notes: string[] = [];
  if (file.path === null) notes.push('only the digest was at hand: the bytes were not looked at');
  if (unreachable !== null && given.length > 0) {
    notes.push(`its index could not be asked: ${unreachable.message}`);
  }
  const isAsked = options.offline !== true && unreachable === null;
  if (isAsked && artifact.index.startsWith('http') && artifact.listed === null) {
    notes.push(`${artifact.index} does not list it`);
  }
  return notes;
}

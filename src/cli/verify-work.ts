// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import { reason, type Refusal } from '../core/errors.ts';
import type { EvidenceKind } from '../core/evidence.ts';
import type { Report } from '../core/report.ts';
import type { Decision } from '../core/verdict.ts';
import { parseIdentityWord } from '../config/index.ts';
import {
  EVIDENCE_AT_HAND,
  readKeptEvidence,
  SidecarLedger,
  type GivenEvidence,
} from '../evidence/index.ts';
import { signersIn, type Policy } from '../policy/index.ts';
import { buildReport, formatNamed } from '../report/index.ts';
import { Question } from '../verify/index.ts';
import { artifactOf, openFileAtHand, type FileAtHand } from './file-at-hand.ts';
import { tellRootAges } from './root-ages.ts';
import { openKeptProofs } from './trusted-roots.ts';
import type { VerifyContext, VerifyOptions } from './verify-context.ts';
import { readGiven, readPins, rootsFrom } from './verify-evidence.ts';
import { askIndex, indexFrom, openOutside, type Listing } from './verify-listing.ts';
import { signatureEvidence } from './verify-signatures.ts';
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
  await using file = await openFileAtHand(word, options.name);
  const report = await judge(context, file, options, ['verify', word]);
  const text =
    options.json === true
      ? formatNamed('json').render(report, { width: null, colour: false })
      : verdictText(report);
  context.io.out(text);
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

/**
 * What is handed over with a file stands for what its index would name: the publisher is held
 * against those whom this machine remembers.
 */
function asIfListed(artifact: Artifact): Artifact {
  if (artifact.listed !== null || artifact.index.startsWith('direct:')) return artifact;
  const { filename, url } = artifact;
  const said = { requiresPython: null, coreMetadata: false, gpgSig: null, yanked: false } as const;
  const unsaid = { size: null, uploadTime: null, provenance: null };
  return { ...artifact, listed: { filename, url, hashes: {}, ...said, ...unsaid } };
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
  const { upstream, unreachable } = listing;
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

/**
 * First use is for files that are to be installed: here somebody vouches, or nobody does. Where
 * nobody says which index it comes from, none is the wrong one.
 */
function atHand(
  policy: Policy,
  { index, project }: Artifact,
  { identity = [] }: VerifyOptions,
): Policy {
  const projects = policy.projects.map((rule) => ({
    ...rule,
    firstUse: 'accept' as const,
    index: index.startsWith('direct:') ? null : rule.index,
  }));
  const publishers = identity.map(parseIdentityWord);
  const named = { firstUse: 'accept', require: null, cooldownMs: null, index: null } as const;
  const own = { ...named, name: project, publishers, source: '--identity' };
  return {
    ...policy,
    firstUse: 'accept',
    projects: publishers.length === 0 ? projects : [own, ...projects],
  };
}

function requireVoucher(decision: Decision, { filename }: Artifact): Decision {
  const { verdict } = decision;
  if (verdict !== 'first-seen' && verdict !== 'remembered') return decision;
  const found =
    verdict === 'remembered' ? 'this machine only remembers it' : 'nobody vouches for it';
  const unconfirmed = decision.findings.find((one) => one.unconfirmed === true);
  const hint =
    unconfirmed === undefined
      ? 'Look at the file, then `wheelproof trust approve` it; or hand over what vouches for it (`wheelproof verify --help`).'
      : `${unconfirmed.identity ?? 'Somebody'} attests it, and nothing says that he may release it. If you know that he may, say so with --identity or --signer (\`wheelproof verify --help\`), or in the policy.`;
  const why = reason('WP-NO-VOUCHER', `${filename}: expected a voucher, found that ${found}`, hint);
  return { ...decision, verdict: 'refused', reasons: [why] };
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

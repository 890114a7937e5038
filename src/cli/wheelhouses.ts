// SPDX-License-Identifier: Apache-2.0
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Artifact } from '../core/artifact.ts';
import type { BlobDraft, BlobStore } from '../core/blob-store.ts';
import type { Clock } from '../core/clock.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { reason, Refusal } from '../core/errors.ts';
import type { EvidenceKind } from '../core/evidence.ts';
import type { Pin, Wish } from '../core/installer.ts';
import { MAX_WHEELHOUSE_FILES, MIB } from '../core/limits.ts';
import { safeText } from '../core/safe-text.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import type { TrustedRoots } from '../core/trusted-roots.ts';
import { releases, type Decision } from '../core/verdict.ts';
import { satisfies } from '../core/version.ts';
import type { Receipt } from '../core/verification.ts';
import {
  EVIDENCE_AT_HAND,
  readKeptEvidence,
  SidecarLedger,
  type GivenEvidence,
} from '../evidence/index.ts';
import type { Places } from '../host/index.ts';
import type { Policy } from '../policy/index.ts';
import { Question } from '../verify/index.ts';
import { asIfListed, atHand } from './own-verdict.ts';
import { openKeptProofs } from './trusted-roots.ts';
import { readGiven } from './verify-evidence.ts';
import { signatureEvidence } from './verify-signatures.ts';

/** Whatever some pin or signed list may state. */
const DIGESTS = ['sha384', 'sha512', 'sha3_256', 'sha3_384', 'sha3_512', 'blake2b', 'md5', 'sha1'];

export interface WheelhouseParts {
  readonly rows: TrustRows;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly places: Places;
  readonly pins: readonly Pin[];
  readonly trustedRoots: TrustedRoots;
  /** Names this run in the audit trail. */
  readonly run: string;
  /** Lets every file pass as somebody's word: only tests take a defence out. */
  readonly judge?: (real: Decision) => Decision;
}

/** What became of a run, as far as it matters here. */
export interface HouseEnd {
  readonly succeeded: boolean;
  /** `PROJECT VERSION` of all that is installed. */
  readonly installed: ReadonlySet<string>;
  readonly wishes: readonly Wish[];
}

/**
 * Folders that an installer is to install from instead of an index. Each file is read once, judged
 * by what is at hand, and copied: what the installer gets is the copy, which nobody changes meanwhile
 * (attack K15). What nobody vouches for is left out: there is no index that could have.
 */
export class Wheelhouses {
  readonly #parts: WheelhouseParts;
  readonly #receipts: Receipt[] = [];

  constructor(parts: WheelhouseParts) {
    this.#parts = parts;
  }

  /** Fills one folder with what may be taken of another. @throws Refusal `WP-LIMIT-SIZE`, `WP-STATE-DISK` */
  async fill(copy: string, house: string): Promise<void> {
    await mkdir(copy, { mode: 0o700 });
    const names = (await readdir(house)).filter((name) => parseDistributionFilename(name) !== null);
    if (names.length > MAX_WHEELHOUSE_FILES) {
      throw new Refusal('WP-LIMIT-SIZE', {
        message: `${safeText(house, 300)}: expected at most ${MAX_WHEELHOUSE_FILES} files, found ${names.length}`,
      });
    }
    for (const name of names.toSorted())
      await this.#take(join(house, name), join(copy, name), name);
  }

  /** Of what was refused, what the run could have wanted; the rest are notes. */
  receipts(end: HouseEnd): {
    readonly receipts: readonly Receipt[];
    readonly notes: readonly string[];
  } {
    const wished = new Set(end.wishes.map(({ project }) => project));
    const names = new Set([...end.installed].map((one) => one.split(' ', 1)[0] ?? ''));
    const notes: string[] = [];
    const receipts = this.#receipts.flatMap((receipt) => {
      const { project, version, filename } = receipt.artifact;
      if (releases(receipt.decision))
        return [{ ...receipt, asked: end.installed.has(`${project} ${version}`) }];
      const isMissed = !end.succeeded && !names.has(project) && isWanted(receipt.artifact, end);
      // No page shows what was refused, so that the installer cannot ask for it.
      if (isMissed) return [{ ...receipt, asked: true }];
      if (!end.succeeded || wished.has(project) || names.has(project)) return [receipt];
      notes.push(`${filename} was left out (${receipt.decision.reasons[0]?.code ?? '?'})`);
      return [];
    });
    return { receipts, notes };
  }

  async #take(source: string, target: string, filename: string): Promise<void> {
    const { rows, blobs, clock, policy, places } = this.#parts;
    if (!(await stat(source)).isFile()) return;
    const artifact = this.#artifactOf(source, filename);
    const draft = await blobs.draft(DIGESTS);
    try {
      for await (const chunk of createReadStream(source)) await draft.write(chunk);
      const { sha256 } = draft.digests();
      const beside = await readGiven({}, source);
      const kept = openKeptProofs(places);
      const given = beside.length > 0 ? beside : await readKeptEvidence(kept, { filename, sha256 });
      const question = new Question({
        evidence: await this.#evidenceFor(artifact, source, given),
        policy: atHand(policy, artifact, {}),
        rows,
        clock,
        askFirstUse: null,
      });
      const decision = await this.#decide(question, { artifact, draft, given });
      const receipt = { artifact, sha256, size: draft.written, decision, at: clock.now() };
      this.#receipts.push({ ...receipt, asked: false });
      this.#audit(receipt);
      if (!releases(decision)) return;
      await copyOut(draft, target);
      await draft.publish(sha256);
    } finally {
      await draft.discard();
    }
  }

  /** As it was accepted before, from wherever: so the rules of its index hold, and who published it counts. */
  #artifactOf(source: string, filename: string): Artifact {
    const { kind, project, version } = requireName(filename);
    const known = this.#parts.rows.list({ project }).find((file) => file.filename === filename);
    const index = known?.index ?? 'direct:file://';
    return {
      index,
      project,
      version,
      filename,
      kind,
      url: pathToFileURL(source).href,
      listed: null,
    };
  }

  async #evidenceFor(
    artifact: Artifact,
    source: string,
    given: readonly GivenEvidence[],
  ): Promise<readonly EvidenceKind[]> {
    const { rows, clock, pins, trustedRoots: roots } = this.#parts;
    const at = { project: artifact.project, path: source, upstream: null, roots };
    const kinds = EVIDENCE_AT_HAND;
    return [
      kinds.pins(pins),
      kinds.rememberedBytes(rows),
      kinds.approvals(rows, clock),
      kinds.givenAttestations(given, roots),
      kinds.contents(new SidecarLedger()),
      ...(await signatureEvidence(this.#parts, {}, at)),
    ];
  }

  async #decide(question: Question, { artifact, draft, given }: Taken): Promise<Decision> {
    const asked = given.length === 0 ? artifact : asIfListed(artifact);
    const bytes = {
      size: draft.written,
      digests: draft.digests(),
      read: async (position: number, length: number) => await draft.read(position, length),
    };
    question.begin(asked, {});
    const decision = requireWord(
      await question.answer(asked, bytes),
      artifact,
      bytes.digests.sha256,
    );
    return this.#parts.judge?.(decision) ?? decision;
  }

  #audit({ artifact, sha256, decision, at }: Omit<Receipt, 'asked'>): void {
    const { rows, run, policy } = this.#parts;
    const { index, project, version, filename } = artifact;
    const codes = decision.reasons.map(({ code }) => code);
    const { verdict } = decision;
    const detail = { index, project, version, sha256, verdict, codes, policy: policy.digest };
    rows.audit({ at, run, what: 'verdict', subject: filename, detail });
  }
}

/** What is not wished for by name may be what others need. */
function isWanted({ project, version }: Artifact, { wishes }: HouseEnd): boolean {
  const own = wishes.filter((wish) => wish.project === project);
  return own.length === 0 || own.some(({ specifier }) => satisfies(version, specifier));
}

interface Taken {
  readonly artifact: Artifact;
  readonly draft: BlobDraft;
  readonly given: readonly GivenEvidence[];
}

/** No index stands behind a folder: what nobody has seen is not accepted for the first time here. */
function requireWord(
  decision: Decision,
  { filename, project, url }: Artifact,
  sha256: string,
): Decision {
  if (decision.verdict !== 'first-seen') return decision;
  const message = `${filename}: nobody vouches for it, and it passed the gate neither of this machine nor of one whose memory was imported (\`wheelproof trust import\`); no index stands behind the folder that it lies in (${url})`;
  const hint = `Fetch it through wheelproof, import what the machine that did remembers, or look at it and approve it: wheelproof trust approve sha256:${sha256} --project ${project} --reason 'why'`;
  return { ...decision, verdict: 'refused', reasons: [reason('WP-FIRST-USE', message, hint)] };
}

function requireName(filename: string) {
  const parsed = parseDistributionFilename(filename);
  if (parsed === null)
    throw new Refusal('WP-INTERNAL', { message: `${filename} is no distribution` });
  return { kind: parsed.kind, project: parsed.project, version: parsed.version };
}

async function copyOut(draft: BlobDraft, target: string): Promise<void> {
  await using file = await open(target, 'wx', 0o600);
  for (let at = 0; at < draft.written;) {
    const part = await draft.read(at, MIB);
    await file.write(part);
    at += part.length;
  }
}

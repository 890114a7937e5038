// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { BlobDraft, BlobStore, OpenBlob } from '../core/blob-store.ts';
import type { HeldBytes } from '../core/bytes.ts';
import { asRefusal, reason, Refusal, type Reason } from '../core/errors.ts';
import { HOLD_LIMIT_BYTES } from '../core/limits.ts';
import type { Upstream } from '../core/upstream.ts';
import { releases, type Decision } from '../core/verdict.ts';
import type { FileOutcome, Transfer } from '../core/verification.ts';
import type { BytesAtHand, KeptFile } from './bytes-at-hand.ts';
import { bringIn } from './incoming.ts';
import { Outflow } from './outflow.ts';
import type { Question } from './question.ts';
import type { Records } from './records.ts';

export interface FileCaseParts {
  readonly upstream: Upstream;
  readonly blobs: BlobStore;
  readonly question: Question;
  readonly records: Records;
  readonly atHand: BytesAtHand;
  readonly maxFileBytes: number;
  /** What speaks against a file once it has been looked into; `null`: nothing. */
  readonly against: (artifact: Artifact) => Reason | null;
}

export interface FileCaseStart {
  readonly artifact: Artifact;
  readonly credentials: Readonly<Record<string, string>>;
  /** What already speaks against it. */
  readonly known: readonly Reason[];
  /** `false`: fetched ahead. It is judged, but not a word of it is written before {@link FileCase.take}. */
  readonly asked: boolean;
}

type Settled =
  | { readonly outcome: 'released'; readonly sha256: string; readonly decision: Decision }
  | { readonly outcome: 'refused'; readonly sha256: string | null; readonly decision: Decision }
  | { readonly outcome: 'not-served'; readonly status: number; readonly challenge: string | null };

/**
 * One file's way through the question in one run: fetched once however many ask, and its verdict
 * is final (a resumed or repeated request gets the same answer).
 */
export class FileCase {
  readonly #parts: FileCaseParts;
  readonly #artifact: Artifact;
  readonly #settled: Promise<Settled>;
  readonly #outflow: Outflow;
  readonly #asked = Promise.withResolvers<void>();
  readonly #fetched = Promise.withResolvers<void>();
  readonly #givenUp = new AbortController();
  #isAsked: boolean;
  #isSpent = false;
  #transfer: Transfer | null = null;
  #decision: Decision | null = null;
  #kept: KeptFile | null = null;

  constructor(parts: FileCaseParts, { artifact, credentials, known, asked }: FileCaseStart) {
    this.#parts = parts;
    this.#artifact = artifact;
    this.#outflow = new Outflow(parts.blobs);
    this.#isAsked = asked;
    if (asked) this.#asked.resolve();
    this.#asked.promise.catch(() => undefined); // given up: nobody waits for it
    this.#settled = this.#settle(credentials, known);
  }

  get artifact(): Artifact {
    return this.#artifact;
  }

  /** `null` before the first byte; nothing comes of a file that is in the store. */
  get transfer(): Transfer | null {
    return this.#transfer;
  }

  /** Whether it was fetched ahead and nobody has asked for it yet. */
  get isAhead(): boolean {
    return !this.#isAsked;
  }

  /** What it will be, once it is {@link fetched}: `null` where it came to nothing. */
  get verdict(): Decision | null {
    return this.#isSpent ? null : this.#decision;
  }

  /** Somebody asks. @returns `false` where what was fetched ahead came to nothing: begin anew. */
  take(): boolean {
    if (this.#isSpent) return false;
    this.#isAsked = true;
    this.#asked.resolve();
    return true;
  }

  /** Ends what was fetched ahead, unless it has been asked for. */
  giveUp(): void {
    if (this.#isAsked) return;
    const why = new Refusal('WP-UPSTREAM-UNREACHABLE', { message: 'not needed any more' });
    this.#isSpent = true;
    this.#givenUp.abort(why);
    this.#asked.reject(why);
  }

  /** When nothing more is fetched for it. */
  get fetched(): Promise<void> {
    return this.#fetched.promise;
  }

  async outcome(): Promise<FileOutcome> {
    const first = await Promise.race([this.#settled, this.#outflow.opened]);
    if (first === 'streaming') {
      return { outcome: 'streaming', file: this.#outflow.view(), artifact: this.#artifact };
    }
    if (first.outcome === 'not-served') return first;
    if (first.outcome === 'refused') {
      return { outcome: 'refused', receipt: this.#receipt(first.decision, first.sha256, null) };
    }
    const file = this.#kept?.open() ?? (await this.#parts.blobs.open(first.sha256));
    if (file === null) {
      const lost = reason(
        'WP-STATE-DAMAGED',
        `${this.#artifact.filename} was verified, but its stored copy is gone or damaged`,
        'Run the same command again: the file is fetched anew.',
      );
      return { outcome: 'refused', receipt: this.#receipt(refusedFor([lost]), null, null) };
    }
    const receipt = this.#receipt(first.decision, first.sha256, file.size);
    return { outcome: 'released', file, receipt };
  }

  async #settle(
    credentials: Readonly<Record<string, string>>,
    known: readonly Reason[],
  ): Promise<Settled> {
    let settled: Settled;
    try {
      settled =
        known.length > 0
          ? await this.#refuse(refusedFor(known), null)
          : await this.#judge(credentials);
      if (settled.outcome === 'not-served' && !this.#isAsked) this.#isSpent = true;
    } catch (thrown) {
      const refusal = asRefusal(thrown, `judging ${this.#artifact.filename}`);
      settled = { outcome: 'refused', sha256: null, decision: failedFor(refusal) };
      if (this.#isAsked) this.#noteQuietly(settled.decision);
      else this.#isSpent = true;
    }
    if (settled.outcome !== 'released') this.#kept?.letGo();
    this.#fetched.resolve();
    this.#outflow.settle(settled);
    return settled;
  }

  /** What is not asked for leaves no receipt, and is not remembered. */
  async #untilAsked(decision: Decision): Promise<void> {
    this.#decision = decision;
    this.#fetched.resolve();
    await this.#asked.promise;
  }

  async #judge(credentials: Readonly<Record<string, string>>): Promise<Settled> {
    const { question, blobs } = this.#parts;
    const declared = this.#artifact.listed?.hashes['sha256'] ?? null;
    if (declared !== null) {
      const foreseen = await question.foresee(this.#artifact, declared);
      if (foreseen !== null) return await this.#refuse(foreseen, declared);
    }
    question.begin(this.#artifact, credentials);
    const stated = declared ?? question.statedSha256(this.#artifact);
    if (stated !== null) {
      const stored = await blobs.open(stated, question.digestsWanted(this.#artifact));
      if (stored !== null) return await this.#judgeStored(stored);
    }
    return await this.#fetch(credentials, declared);
  }

  async #judgeStored(stored: OpenBlob): Promise<Settled> {
    let decision: Decision;
    try {
      decision = await this.#answer(stored);
      if (releases(decision)) this.#kept = await this.#parts.atHand.keep(stored);
    } finally {
      await stored.close();
    }
    return await this.#conclude(decision, stored);
  }

  async #fetch(
    credentials: Readonly<Record<string, string>>,
    declared: string | null,
  ): Promise<Settled> {
    const artifact = this.#artifact;
    const { upstream, blobs, question, maxFileBytes } = this.#parts;
    const draft = await blobs.draft(question.digestsWanted(artifact));
    try {
      const arrival = await bringIn({
        upstream,
        artifact,
        credentials,
        draft,
        maxBytes: maxFileBytes,
        begun: (size) => {
          this.#transfer = { received: draft.written, size };
          const streams = declared !== null && size !== null && size > HOLD_LIMIT_BYTES;
          if (streams) this.#outflow.open(draft, size);
        },
        progressed: () => {
          this.#transfer = { received: draft.written, size: this.#transfer?.size ?? null };
          this.#outflow.progressed();
        },
        signal: this.#givenUp.signal,
      });
      if (arrival.outcome === 'not-served') {
        await draft.discard();
        return arrival;
      }
      return await this.#concludeDraft(draft);
    } catch (thrown) {
      await this.#outflow.detach();
      await draft.discard();
      throw thrown;
    }
  }

  async #concludeDraft(draft: BlobDraft): Promise<Settled> {
    const whole = draft.whole();
    const held: HeldBytes = {
      size: draft.written,
      digests: draft.digests(),
      ...(whole === null ? {} : { whole }),
      read: (position, length) => draft.read(position, length),
    };
    const decision = await this.#answer(held);
    await this.#outflow.detach();
    if (!releases(decision)) {
      await draft.quarantine(decision.reasons.map(({ message }) => message).join('; '));
      return await this.#refuse(decision, held.digests.sha256);
    }
    this.#kept = await this.#parts.atHand.keep(held);
    await draft.publish(held.digests.sha256);
    return await this.#conclude(decision, held);
  }

  async #answer(bytes: HeldBytes): Promise<Decision> {
    const decision = await this.#parts.question.answer(this.#artifact, bytes);
    const against = releases(decision) ? this.#parts.against(this.#artifact) : null;
    return against === null ? decision : { ...decision, verdict: 'refused', reasons: [against] };
  }

  /** Recorded first, released second: there is no effect without its record. */
  async #conclude(decision: Decision, bytes: HeldBytes): Promise<Settled> {
    const { sha256 } = bytes.digests;
    if (!releases(decision)) return await this.#refuse(decision, sha256);
    await this.#untilAsked(decision);
    const conflict = await this.#parts.records.accept(this.#artifact, sha256, bytes.size, decision);
    return conflict === null
      ? { outcome: 'released', sha256, decision }
      : { outcome: 'refused', sha256, decision: conflict };
  }

  async #refuse(decision: Decision, sha256: string | null): Promise<Settled> {
    await this.#untilAsked(decision);
    this.#parts.records.refuse(this.#artifact, sha256, decision);
    return { outcome: 'refused', sha256, decision };
  }

  #noteQuietly(decision: Decision): void {
    try {
      this.#parts.records.refuse(this.#artifact, null, decision);
    } catch {
      // The store that cannot be written is what the decision already reports.
    }
  }

  #receipt(decision: Decision, sha256: string | null, size: number | null) {
    return this.#parts.records.receipt(this.#artifact, sha256, size, decision);
  }
}

function refusedFor(reasons: readonly Reason[]): Decision {
  return { verdict: 'refused', reasons, findings: [], notes: [] };
}

/** Wrong, or unknowable: the second may be tried again later, and is never read as absence. */
function failedFor(refusal: Refusal): Decision {
  const verdict = refusal.class === 'E-UPSTREAM' ? 'undecided' : 'failed';
  return { verdict, reasons: [refusal.toReason()], findings: [], notes: [] };
}

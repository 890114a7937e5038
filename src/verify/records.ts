// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { Clock } from '../core/clock.ts';
import { classOf, type Code } from '../core/codes.ts';
import { reason } from '../core/errors.ts';
import { isVoucher, type Finding } from '../core/finding.ts';
import type { Publisher } from '../core/publisher.ts';
import type { RefusalClass } from '../core/refusal-class.ts';
import type { AuditEvent, TrustRows } from '../core/trust-rows.ts';
import type { Decision } from '../core/verdict.ts';
import { printableUrl } from '../core/url.ts';
import type { Receipt } from '../core/verification.ts';
import type { Policy } from '../policy/index.ts';
import type { HostMemory } from '../trust/hosts.ts';
import type { TrustMemory } from '../trust/memory.ts';
import type { PublisherMemory } from '../trust/publisher-memory.ts';
import { JointCommit } from './joint-commit.ts';
import type { Ledger } from './ledger.ts';
import type { PageWatch } from './page-watch.ts';

/** Classes of what an index said and what turned out otherwise. */
const CONTRADICTIONS: ReadonlySet<RefusalClass> = new Set(['E-BYTES', 'E-SOURCE', 'E-ARCHIVE']);

/** A page of old files may refuse hundreds. */
const MAX_NAMED_FILES = 50;
const MAX_MESSAGES = 5;

export interface RecordsParts {
  readonly rows: TrustRows;
  readonly memory: TrustMemory;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly hosts: HostMemory;
  readonly note: (sentence: string) => void;
  readonly publishers: PublisherMemory;
  readonly watch?: PageWatch;
  /** Who asks: an installer with its version. */
  readonly client?: string;
  /** Names this run in the audit trail. */
  readonly run: string;
}

/** Writes down every verdict: in the trust store, in its audit trail, and among this run's receipts. */
export class Records {
  readonly #parts: RecordsParts;
  readonly #commits: JointCommit;

  constructor(parts: RecordsParts) {
    this.#parts = parts;
    this.#commits = new JointCommit(parts.rows);
  }

  /**
   * Remembers the file together with its audit event, or nothing.
   * @returns `null`, or the decision that replaces the one given: meanwhile another run has
   *   remembered other bytes under this name.
   */
  async accept(
    artifact: Artifact,
    sha256: string,
    size: number,
    decision: Decision,
  ): Promise<Decision | null> {
    const { rows, memory, policy, publishers } = this.#parts;
    const conflict = await this.#commits.write(() => {
      const remembering = memory.accept(artifact, sha256, size, decision.verdict, policy.digest);
      if (remembering.outcome === 'conflict') return remembering.file;
      publishers.accept(artifact, sha256, publishersIn(decision));
      rows.audit(this.#event(artifact, sha256, decision));
      this.#learnHost(artifact);
      return null;
    });
    if (conflict === null) {
      this.#parts.ledger.write(this.receipt(artifact, sha256, size, decision));
      return null;
    }
    const date = new Date(conflict.firstSeen).toISOString().slice(0, 10);
    const replaced: Decision = {
      ...decision,
      verdict: 'failed',
      reasons: [
        reason(
          'WP-NAME-REUSED',
          `${artifact.filename}: bytes differ from those recorded on ${date}; recorded sha256 ${conflict.sha256}, now ${sha256}`,
        ),
      ],
    };
    this.refuse(artifact, sha256, replaced);
    return replaced;
  }

  #learnHost({ index, url, listed }: Artifact): void {
    const { hosts, note } = this.#parts;
    if (listed === null) return;
    const { host } = new URL(url);
    if (!hosts.remember(index, host)) return;
    note(`files of ${index} lie on ${host}: learned in this first run, and remembered`);
  }

  refuse(artifact: Artifact, sha256: string | null, decision: Decision): void {
    this.#parts.ledger.write(this.receipt(artifact, sha256, null, decision));
    this.#parts.rows.audit(this.#event(artifact, sha256, decision));
    if (sha256 !== null || contradicts(decision)) this.#parts.watch?.unlearn(artifact);
  }

  /** A file that a page offered and that was left out; nobody has asked for it yet. */
  leaveOut(artifact: Artifact, decision: Decision): void {
    const receipt = this.receipt(artifact, null, null, decision);
    this.#parts.ledger.write({ ...receipt, asked: false });
  }

  /** What was refused of one index page: one event, however many files it lists. */
  refusePage(
    url: string,
    codes: readonly Code[],
    files: readonly string[],
    messages: readonly string[] = [],
  ): void {
    this.#parts.rows.audit({
      at: this.#parts.clock.now(),
      run: this.#parts.run,
      what: 'page',
      subject: printableUrl(url),
      detail: {
        codes: [...new Set(codes)],
        files: files.slice(0, MAX_NAMED_FILES),
        more: Math.max(0, files.length - MAX_NAMED_FILES),
        messages: [...new Set(messages)].slice(0, MAX_MESSAGES),
        ...this.#client(),
        policy: this.#parts.policy.digest,
      },
    });
  }

  receipt(
    artifact: Artifact,
    sha256: string | null,
    size: number | null,
    decision: Decision,
  ): Receipt {
    return { artifact, sha256, size, decision, at: this.#parts.clock.now(), asked: true };
  }

  #client(): { readonly client?: string } {
    const { client } = this.#parts;
    return client === undefined ? {} : { client };
  }

  #event(artifact: Artifact, sha256: string | null, decision: Decision): AuditEvent {
    return {
      at: this.#parts.clock.now(),
      run: this.#parts.run,
      what: 'verdict',
      subject: artifact.filename,
      detail: {
        index: artifact.index,
        project: artifact.project,
        version: artifact.version,
        sha256,
        verdict: decision.verdict,
        codes: decision.reasons.map(({ code }) => code),
        vouchers: decision.findings.filter(isVoucher).map((one) => voucherShape(one)),
        ...this.#client(),
        policy: this.#parts.policy.digest,
      },
    };
  }
}

function voucherShape({ kind, class: of, identity, authorities, detail }: Finding) {
  return { kind, class: of, identity, ...(authorities && { authorities }), detail };
}

/**
 * By attestations that came with it: what was only recalled is remembered already. Whoever changed
 * without a person's word is not learnt, though these bytes pass, nor who joins the publisher of a
 * release with bytes that are no news: anybody may attest what others published, and would be known
 * with his own next release.
 */
function publishersIn({ findings, provenance }: Decision): readonly Publisher[] {
  if (provenance === undefined) return [];
  const isRemembered = findings.some((one) => isVoucher(one) && one.kind === 'memory');
  const { word } = provenance;
  const isOdd = word === 'changed' || (word === 'inconsistent' && isRemembered);
  const learnt = findings.filter(({ unconfirmed }) => !(isOdd && unconfirmed === true));
  return learnt.flatMap(({ attested = [] }) => attested.map(({ publisher }) => publisher));
}

/** What its index said was proved wrong: not merely that the file could not be had. */
function contradicts({ verdict, reasons }: Decision): boolean {
  return verdict === 'failed' && reasons.some(({ code }) => CONTRADICTIONS.has(classOf(code)));
}

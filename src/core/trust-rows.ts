// SPDX-License-Identifier: Apache-2.0
import type { PageRows } from './remembered-page.ts';
import type { PublisherRows } from './remembered-publisher.ts';
import type { CommitRows } from './repository.ts';
import type { Verdict } from './verdict.ts';

/** What this trust store remembers of one file; keyed by (index, project, filename). */
export interface RememberedFile {
  readonly index: string;
  readonly project: string;
  readonly version: string;
  readonly filename: string;
  readonly url: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** The verdict it was first accepted with. */
  readonly verdict: Verdict;
  /** Digest of the policy that accepted it last. */
  readonly policy: string;
}

/** A file that an index listed, whether or not it was ever accepted: its age counts from here. */
export interface Sighting {
  readonly index: string;
  readonly project: string;
  readonly filename: string;
  readonly sha256: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A person's word that these bytes are right, whoever else says what. */
export interface Approval {
  readonly sha256: string;
  /** Normalised; `null`: under any name. */
  readonly project: string | null;
  readonly reason: string;
  readonly owner: string;
  readonly createdAt: number;
  /** Milliseconds since 1970; `null`: no end. */
  readonly expiresAt: number | null;
}

/** A file host that an index was seen to use. */
export interface RememberedHost {
  readonly index: string;
  readonly host: string;
  readonly firstSeen: number;
}

/** One line of the record of what happened; never changed, never reordered. */
export interface AuditEvent {
  readonly at: number;
  readonly run: string;
  /** `verdict`, `approve`, `forget`, `import`, `run-start`, `run-end`, … */
  readonly what: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export type Remembering =
  | { readonly outcome: 'first' | 'same'; readonly file: RememberedFile }
  /** Nothing was written: other bytes are remembered under this key. */
  | { readonly outcome: 'conflict'; readonly file: RememberedFile };

/**
 * The rows behind the trust store, durable when a call has returned. Many processes share them.
 * @throws Refusal (all calls) `WP-STATE-DAMAGED`, `WP-STATE-NEWER`, `WP-STATE-DISK`.
 */
export interface TrustRows extends PageRows, PublisherRows, CommitRows {
  recall(index: string, project: string, filename: string): RememberedFile | null;
  /** By where the bytes came from: for files that no page led to. */
  recallByUrl(url: string): readonly RememberedFile[];
  recallBySha256(sha256: string): readonly RememberedFile[];
  recallRelease(project: string, version: string): readonly RememberedFile[];
  /**
   * The versions of which anything is remembered. `null`: it may be any, since some address was
   * given directly.
   */
  knownVersions(project: string): ReadonlySet<string> | null;
  /** Compare-and-set: the first bytes under a key stay; the same ones only refresh `lastSeen` and `policy`. */
  remember(file: RememberedFile): Remembering;
  forget(index: string, project: string, filename: string): boolean;
  list(filter: { readonly project?: string; readonly sha256?: string }): readonly RememberedFile[];

  /** When these bytes were first seen listed under this key: set by the first call, answered by all. */
  sighted(sighting: Sighting): number;

  approve(approval: Approval): void;
  approvals(sha256: string): readonly Approval[];
  listApprovals(): readonly Approval[];
  withdraw(sha256: string, project: string | null): boolean;

  hosts(index: string): readonly RememberedHost[];
  /** Idempotent; the first time stays. */
  rememberHost(host: RememberedHost): void;
  listHosts(): readonly RememberedHost[];

  audit(event: AuditEvent): void;
  auditTrail(filter: { readonly run?: string; readonly subject?: string }): readonly AuditEvent[];

  /** One atomic change: all of it, or nothing. */
  transaction<T>(work: () => T): T;
  close(): void;
}

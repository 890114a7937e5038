// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { Delegations, DelegatedRole } from './delegations.ts';
import { verifyMetaFile } from './hashes.ts';
import { verifyThreshold } from './keys.ts';
import {
  openEnvelope,
  readRoot,
  readSnapshot,
  readTargets,
  readTimestamp,
  verifyNotExpired,
  type MetaFile,
  type Root,
  type Snapshot,
  type Targets,
  type Timestamp,
} from './metadata.ts';

/** Who may sign a targets role: the root, or the role that delegates to it. */
export type Delegator =
  | { readonly kind: 'root' }
  | { readonly kind: 'role'; readonly role: DelegatedRole; readonly delegations: Delegations };

/**
 * The client's state machine (TUF specification, section 5) without any I/O: bytes go in, in the
 * order of the workflow, and become trusted or throw. What was trusted before stays as it was.
 */
export class TrustedSet {
  readonly #now: number;
  #root: Root;
  #timestamp: Timestamp | null = null;
  #snapshot: Snapshot | null = null;
  readonly #targets = new Map<string, { readonly targets: Targets; readonly by: Delegator }>();

  /**
   * @param root the root that is trusted already (section 5.2).
   * @param now the fixed time of this update (section 5.1), milliseconds since 1970.
   * @throws Refusal `WP-TUF-MALFORMED`, `WP-TUF-SIGNATURE` where it does not sign itself.
   */
  constructor(root: Uint8Array, now: number) {
    this.#now = now;
    const envelope = openEnvelope(root, 'the trusted root');
    this.#root = readRoot(envelope);
    verifyThreshold(envelope, this.#root.roles.root, this.#root.keys);
  }

  get root(): Root {
    return this.#root;
  }

  get timestamp(): Timestamp | null {
    return this.#timestamp;
  }

  get snapshot(): Snapshot | null {
    return this.#snapshot;
  }

  /** What the snapshot says of a targets role. */
  metaOf(role: string): MetaFile | null {
    return this.#snapshot?.meta.get(`${role}.json`) ?? null;
  }

  /** A role that was verified for this delegator: another one may trust other keys with its name. */
  targets(role: string, delegator: Delegator): Targets | null {
    const known = this.#targets.get(role);
    return known !== undefined && isSame(known.by, delegator) ? known.targets : null;
  }

  /** Section 5.3.4 to 5.3.6: signed by the old and the new keys, and the very next version. */
  updateRoot(bytes: Uint8Array): void {
    const wanted = this.#root.version + 1;
    const envelope = openEnvelope(bytes, `root version ${wanted}`);
    verifyThreshold(envelope, this.#root.roles.root, this.#root.keys);
    const next = readRoot(envelope);
    if (next.version !== wanted) throw rolledBack(envelope.what, `it says version ${next.version}`);
    verifyThreshold(envelope, next.roles.root, next.keys);
    this.#root = next;
  }

  /** Section 5.3.10: after the last root, not on the way to it. @throws Refusal `WP-TUF-EXPIRED` */
  verifyRootIsFresh(): void {
    verifyNotExpired(this.#root, 'root', this.#now);
  }

  /**
   * Section 5.4. A kept timestamp (`kept`) may have expired: it still says below which versions
   * nothing may fall.
   * @returns false where it is the version that is trusted already: nothing changes.
   */
  updateTimestamp(bytes: Uint8Array, kept = false): boolean {
    const envelope = openEnvelope(bytes, 'timestamp');
    verifyThreshold(envelope, this.#root.roles.timestamp, this.#root.keys);
    const next = readTimestamp(envelope);
    const before = this.#timestamp;
    if (before !== null) {
      verifyNoRollback('timestamp', before.version, next.version);
      if (before.version === next.version) {
        verifyNotExpired(before, 'timestamp', this.#now);
        return false;
      }
      verifyNoRollback('snapshot (in timestamp)', before.snapshot.version, next.snapshot.version);
    }
    if (!kept) verifyNotExpired(next, 'timestamp', this.#now);
    this.#timestamp = next;
    return true;
  }

  /**
   * Section 5.5. A kept snapshot (`kept`) says below which versions nothing may fall, whatever the
   * timestamp wants now.
   * @returns whether it is the one that the timestamp wants.
   */
  updateSnapshot(bytes: Uint8Array, kept = false): boolean {
    const wanted = this.#wantedSnapshot();
    if (!kept) verifyMetaFile(bytes, wanted, 'snapshot');
    const envelope = openEnvelope(bytes, 'snapshot');
    verifyThreshold(envelope, this.#root.roles.snapshot, this.#root.keys);
    const next = readSnapshot(envelope);
    const isWanted = next.version === wanted.version && next.expires > this.#now;
    if (!kept) {
      verifyVersion('snapshot', wanted.version, next.version);
      verifyNoneFell(this.#snapshot, next);
      verifyNotExpired(next, 'snapshot', this.#now);
    }
    this.#snapshot = next;
    return isWanted;
  }

  /** Section 5.6: a targets role, signed as its delegator says. */
  updateTargets(bytes: Uint8Array, role: string, delegator: Delegator): Targets {
    const meta = this.metaOf(role);
    if (meta === null) throw rolledBack(role, 'the snapshot does not name it');
    verifyMetaFile(bytes, meta, role);
    const envelope = openEnvelope(bytes, role);
    if (delegator.kind === 'root')
      verifyThreshold(envelope, this.#root.roles.targets, this.#root.keys);
    else verifyThreshold(envelope, delegator.role, delegator.delegations.keys);
    const next = readTargets(envelope);
    verifyVersion(role, meta.version, next.version);
    verifyNotExpired(next, role, this.#now);
    this.#targets.set(role, { targets: next, by: delegator });
    return next;
  }

  #wantedSnapshot(): MetaFile {
    if (this.#timestamp === null) throw new TypeError('the timestamp comes before the snapshot');
    return this.#timestamp.snapshot;
  }
}

function isSame(left: Delegator, right: Delegator): boolean {
  if (left.kind === 'root' || right.kind === 'root') return left.kind === right.kind;
  return left.delegations === right.delegations && left.role.name === right.role.name;
}

/** Section 5.5.5: nothing that the old snapshot named may be gone or older. */
function verifyNoneFell(before: Snapshot | null, next: Snapshot): void {
  for (const [name, old] of before?.meta ?? []) {
    const found = next.meta.get(name);
    if (found === undefined) throw rolledBack('snapshot', `${name} is no longer named`);
    verifyNoRollback(`${name} (in snapshot)`, old.version, found.version);
  }
}

function verifyNoRollback(what: string, before: number, next: number): void {
  if (next < before) throw rolledBack(what, `version ${next}, after version ${before} was trusted`);
}

function verifyVersion(what: string, wanted: number, found: number): void {
  if (found !== wanted) throw rolledBack(what, `version ${found}, expected version ${wanted}`);
}

function rolledBack(what: string, why: string): Refusal {
  return new Refusal('WP-TUF-ROLLBACK', { message: `${what}: ${why}` });
}

// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import {
  MAX_DELEGATIONS,
  MAX_ROOT_BYTES,
  MAX_ROOT_ROTATIONS,
  MAX_SNAPSHOT_BYTES,
  MAX_TARGETS_BYTES,
  MAX_TIMESTAMP_BYTES,
} from './limits.ts';
import type { Target, Targets } from './metadata.ts';
import { TrustedSet, type Delegator } from './trusted-set.ts';

/** Where metadata comes from. */
export interface MetadataSource {
  /**
   * @param name already fit for a URL: `1.root.json`, `timestamp.json`.
   * @returns `null` where the repository has no such file.
   * @throws Refusal for whatever else happens, and where there is more than `maxBytes`.
   */
  fetch(name: string, maxBytes: number): Promise<Uint8Array | null>;
}

/** Where what is trusted is kept, by role. */
export interface MetadataStore {
  load(role: string): Promise<Uint8Array | null>;
  /** All or nothing: what was there stays until the new bytes are safe. */
  save(role: string, bytes: Uint8Array): Promise<void>;
  remove(role: string): Promise<void>;
}

export interface ClientParts {
  readonly source: MetadataSource;
  readonly store: MetadataStore;
  /** Milliseconds since 1970: the fixed time of this update (section 5.1). */
  readonly now: number;
}

/** A target with the roles that were asked for it: the first is `targets`, the last names it. */
export interface Located {
  readonly target: Target;
  readonly roles: readonly SpeakingRole[];
}

/** A targets role on the way to a target. */
export interface SpeakingRole {
  readonly name: string;
  /** Who may sign it, by key ids, and how many of them must. */
  readonly keyids: ReadonlySet<string>;
  readonly threshold: number;
}

interface Step {
  readonly role: string;
  readonly delegator: Delegator;
  readonly above: Step | null;
}

/** One update of a client, after the detailed workflow (TUF specification, section 5). */
export class TufClient {
  readonly #parts: ClientParts;
  readonly #trusted: TrustedSet;

  private constructor(parts: ClientParts, trusted: TrustedSet) {
    this.#parts = parts;
    this.#trusted = trusted;
  }

  /** @throws Refusal `WP-TUF-NO-ROOT`, or whatever is wrong with the kept root. */
  static async open(parts: ClientParts): Promise<TufClient> {
    const root = await parts.store.load('root');
    if (root === null)
      throw new Refusal('WP-TUF-NO-ROOT', { message: 'no root is trusted here yet' });
    return new TufClient(parts, new TrustedSet(root, parts.now));
  }

  /** Files are asked for by their hash (section 6.2). */
  get consistentSnapshot(): boolean {
    return this.#trusted.root.consistentSnapshot;
  }

  /** Keys that sign online: whoever has taken the server has them. */
  get onlineKeyids(): ReadonlySet<string> {
    const { timestamp, snapshot } = this.#trusted.root.roles;
    return new Set([...timestamp.keyids, ...snapshot.keyids]);
  }

  get rootVersion(): number {
    return this.#trusted.root.version;
  }

  /** What the top-level targets role itself names: its holders sign offline. After {@link refresh}. */
  topTarget(path: string): Target | null {
    return this.#trusted.targets('targets', { kind: 'root' })?.target(path) ?? null;
  }

  /** Of the top-level targets, after {@link refresh}. */
  get targetsVersion(): number {
    return this.#trusted.targets('targets', { kind: 'root' })?.version ?? 0;
  }

  /** Brings root, timestamp, snapshot and top-level targets up to date, each saved once it is trusted. */
  async refresh(): Promise<void> {
    await this.#refreshRoot();
    await this.#refreshTimestamp();
    await this.#refreshSnapshot();
    await this.#targets('targets', { kind: 'root' });
  }

  /**
   * Looks for a target: depth first, in order of priority, never further once a terminating
   * delegation was followed (section 5.6.7). `null`: nobody who may speak for the path names it.
   * @throws Refusal where a role on the way cannot be had or is not what it has to be.
   */
  async findTarget(path: string): Promise<Target | null> {
    return (await this.locate(path))?.target ?? null;
  }

  /** As {@link findTarget}, with who speaks for it. */
  async locate(path: string): Promise<Located | null> {
    const open: Step[] = [{ role: 'targets', delegator: { kind: 'root' }, above: null }];
    const visited = new Set<string>();
    while (open.length > 0) {
      const next = open.pop();
      if (next === undefined || visited.has(next.role)) continue;
      if (visited.size > MAX_DELEGATIONS)
        throw new Refusal('WP-TUF-LIMIT', {
          message: `${path}: more than ${MAX_DELEGATIONS} roles would have to be asked`,
        });
      visited.add(next.role);
      const targets = await this.#targets(next.role, next.delegator);
      const found = targets.target(path);
      if (found !== null) return { target: found, roles: this.#wayTo(next) };
      const { delegations } = targets;
      if (delegations === null) continue;
      const below: Delegator[] = [];
      for (const role of delegations.rolesFor(path)) {
        below.push({ kind: 'role', role, delegations });
        if (role.terminating) {
          open.length = 0;
          break;
        }
      }
      for (const delegator of below.toReversed())
        if (delegator.kind === 'role')
          open.push({ role: delegator.role.name, delegator, above: next });
    }
    return null;
  }

  #wayTo(step: Step): readonly SpeakingRole[] {
    const roles: SpeakingRole[] = [];
    for (let at: Step | null = step; at !== null; at = at.above) {
      const { delegator, role } = at;
      const { keyids, threshold } =
        delegator.kind === 'root' ? this.#trusted.root.roles.targets : delegator.role;
      roles.unshift({ name: role, keyids, threshold });
    }
    return roles;
  }

  /** Section 5.3. */
  async #refreshRoot(): Promise<void> {
    const before = this.#trusted.root;
    for (let walked = 0; ; walked++) {
      const name = `${this.#trusted.root.version + 1}.root.json`;
      const bytes = await this.#parts.source.fetch(name, MAX_ROOT_BYTES);
      if (bytes === null) break;
      if (walked >= MAX_ROOT_ROTATIONS)
        throw new Refusal('WP-TUF-LIMIT', {
          message: `more than ${MAX_ROOT_ROTATIONS} new roots in one update`,
        });
      this.#trusted.updateRoot(bytes);
      await this.#parts.store.save('root', bytes);
    }
    this.#trusted.verifyRootIsFresh();
    // Section 5.3.11: whoever had the old keys could have fast-forwarded the versions.
    const { root } = this.#trusted;
    const rotated = (['timestamp', 'snapshot'] as const).some(
      (role) => !sameSet(before.roles[role].keyids, root.roles[role].keyids),
    );
    if (rotated) for (const role of ['timestamp', 'snapshot']) await this.#parts.store.remove(role);
  }

  /** Section 5.4. */
  async #refreshTimestamp(): Promise<void> {
    const { source, store } = this.#parts;
    await this.#tryKept('timestamp', (bytes) => this.#trusted.updateTimestamp(bytes, true));
    const bytes = await source.fetch('timestamp.json', MAX_TIMESTAMP_BYTES);
    if (bytes === null) throw missing('timestamp.json');
    if (this.#trusted.updateTimestamp(bytes)) await store.save('timestamp', bytes);
  }

  /** Section 5.5. */
  async #refreshSnapshot(): Promise<void> {
    const kept = await this.#tryKept('snapshot', (found) =>
      this.#trusted.updateSnapshot(found, true),
    );
    if (kept) return;
    const { version, length } = this.#trusted.timestamp?.snapshot ?? { version: 1, length: null };
    const name = this.consistentSnapshot ? `${version}.snapshot.json` : 'snapshot.json';
    const bytes = await this.#parts.source.fetch(name, length ?? MAX_SNAPSHOT_BYTES);
    if (bytes === null) throw missing(name);
    this.#trusted.updateSnapshot(bytes);
    await this.#parts.store.save('snapshot', bytes);
  }

  /** Section 5.6: from what is kept where it is still the right one, else from outside. */
  async #targets(role: string, delegator: Delegator): Promise<Targets> {
    const known = this.#trusted.targets(role, delegator);
    if (known !== null) return known;
    await this.#tryKept(role, (bytes) => {
      this.#trusted.updateTargets(bytes, role, delegator);
      return true;
    });
    const kept = this.#trusted.targets(role, delegator);
    if (kept !== null) return kept;
    const meta = this.#trusted.metaOf(role);
    if (meta === null)
      throw new Refusal('WP-TUF-ROLLBACK', { message: `${role}: the snapshot does not name it` });
    const file = `${encodeURIComponent(role)}.json`;
    const name = this.consistentSnapshot ? `${meta.version}.${file}` : file;
    const bytes = await this.#parts.source.fetch(name, meta.length ?? MAX_TARGETS_BYTES);
    if (bytes === null) throw missing(name);
    const targets = this.#trusted.updateTargets(bytes, role, delegator);
    await this.#parts.store.save(role, bytes);
    return targets;
  }

  /** What is kept may be of no use any more; then it is as if there were nothing. */
  async #tryKept(role: string, use: (bytes: Uint8Array) => boolean): Promise<boolean> {
    const bytes = await this.#parts.store.load(role);
    if (bytes === null) return false;
    try {
      return use(bytes);
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }
}

function sameSet(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return left.size === right.size && [...left].every((each) => right.has(each));
}

function missing(name: string): Refusal {
  return new Refusal('WP-TUF-UNREACHABLE', { message: `the repository has no ${name}` });
}

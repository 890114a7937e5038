// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { NamedBytes, Signer, StagedFolder } from '../core/tuf-repository.ts';
import { binName } from './delegations.ts';
import { binText, metaFragment, snapshotText, targetFragment, timestampText } from './documents.ts';
import { Fragments } from './fragments.ts';
import { isDue, type Lives } from './lives.ts';
import type { Targets } from './metadata.ts';
import { olpcJson, olpcString } from './olpc-json.ts';
import {
  binNames,
  highestVersions,
  readBin,
  readState,
  type RepositoryState,
} from './repository-state.ts';
import { sealText, statedKey } from './signing.ts';
import { checkTargetPath } from './target-path.ts';

export interface Change {
  readonly path: string;
  /** `null` takes the target away. */
  readonly target: { readonly length: number; readonly sha256: string } | null;
}

export interface Published {
  readonly timestamp: number;
  readonly snapshot: number;
  /** Names of the roles' files that were signed. */
  readonly files: readonly string[];
}

/** A document that others have signed, at a version that they chose. */
export interface SealedDocument {
  readonly role: string;
  readonly version: number;
  readonly bytes: Uint8Array;
}

/** A document to be signed now. */
interface DueDocument {
  readonly role: string;
  readonly text: (version: number) => string;
  readonly signers: readonly Signer[];
}

/** What one snapshot signs anew. */
export interface Plan {
  readonly bins: ReadonlyMap<string, Fragments>;
  /** Whole documents of other roles. */
  readonly documents: readonly (SealedDocument | DueDocument)[];
  readonly online: Signer;
  /** Who signs snapshot and timestamp: more than one while keys change. */
  readonly signers: readonly Signer[];
  readonly now: number;
  /** Milliseconds that a bin signed now may be used. */
  readonly binLife?: (name: string) => number;
  /** Which roles the snapshot goes on naming; all where absent. */
  readonly isNamed?: (role: string) => boolean;
}

/** Bins that one writer keeps in memory at most. */
const MAX_KEPT_BINS = 512;

/**
 * The one writer of a repository. What it publishes becomes visible by one rename, of the
 * timestamp; whatever interrupts it, clients read what was published before or all that is new.
 */
export class RepositoryWriter {
  readonly state: RepositoryState;
  readonly lives: Lives;
  readonly #folder: StagedFolder;
  readonly #highest: Map<string, number>;
  readonly #current = new Map<string, number>();
  readonly #meta = new Fragments();
  readonly #kept = new Map<string, Fragments>();
  #snapshot: { readonly version: number; readonly bytes: Uint8Array; readonly expires: number };
  #timestampExpires: number;
  #isUsable = true;

  private constructor(
    folder: StagedFolder,
    state: RepositoryState,
    highest: Map<string, number>,
    lives: Lives,
  ) {
    this.#folder = folder;
    this.state = state;
    this.lives = lives;
    this.#highest = highest;
    for (const [name, { version }] of state.snapshot.meta) {
      const role = name.replace(/\.json$/u, '');
      this.#current.set(role, version);
      this.#meta.set(name, metaFragment(role, version));
    }
    const { version, expires } = state.snapshot;
    this.#snapshot = { version, bytes: state.snapshotBytes, expires };
    this.#timestampExpires = state.timestamp.expires;
  }

  /** @throws Refusal where what is published is not what a client would trust, but for expiry. */
  static async open(folder: StagedFolder, lives: Lives): Promise<RepositoryWriter> {
    const state = await readState(folder);
    return new RepositoryWriter(folder, state, await highestVersions(folder), lives);
  }

  async has(path: string): Promise<boolean> {
    const name = binName(this.state.prefix, this.state.bits, path);
    return (await this.bin(name)).get(path) !== undefined;
  }

  /** What is signed of a path; `null`: nothing. */
  async target(path: string): Promise<Change['target']> {
    const targets = await this.#readBin(binName(this.state.prefix, this.state.bits, path));
    const found = targets.target(path);
    const sha256 = found?.hashes['sha256'];
    return found === null || sha256 === undefined ? null : { length: found.length, sha256 };
  }

  /** The targets of a bin: to be copied before they are changed. */
  async bin(name: string): Promise<Fragments> {
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    const fragments = new Fragments();
    for (const [path, value] of (await this.#readBin(name)).entries())
      fragments.set(path, `${olpcString(path)}:${olpcJson(value)}`);
    this.#keep(name, fragments);
    return fragments;
  }

  async #readBin(name: string): Promise<Targets> {
    return await readBin(this.#folder, this.state, name, this.#current.get(name) ?? 0);
  }

  /**
   * Adds and removes targets, all under one snapshot, and `documents` with them. @returns `null` where nothing would change.
   * @throws Refusal `WP-TUF-PATH`, `WP-TUF-KEY`
   */
  async publish(
    changes: readonly Change[],
    online: Signer,
    now: number,
    documents: Plan['documents'] = [],
  ): Promise<Published | null> {
    this.verifyOnline(online);
    const bins = new Map<string, Fragments>();
    for (const { path, target } of changes) {
      checkTargetPath(path);
      const name = binName(this.state.prefix, this.state.bits, path);
      const bin = bins.get(name) ?? (await this.bin(name));
      const text = target === null ? undefined : targetFragment(path, target.length, target.sha256);
      if (bin.get(path) === text) continue;
      const changed = bins.get(name) ?? bin.copy();
      if (text === undefined) changed.delete(path);
      else changed.set(path, text);
      bins.set(name, changed);
    }
    if (bins.size === 0 && documents.length === 0) return null;
    return await this.write({ bins, documents, online, signers: [online], now });
  }

  /** Signs anew what is in the second half of its life. @returns `null` where nothing is. */
  async renew(
    online: Signer,
    now: number,
    documents: Plan['documents'] = [],
  ): Promise<Published | null> {
    this.verifyOnline(online);
    const bins = new Map<string, Fragments>();
    for (const name of binNames(this.state)) {
      const { expires } = await this.#readBin(name);
      if (isDue(expires, this.lives.bin, now)) bins.set(name, await this.bin(name));
    }
    const plan = { bins, documents, online, signers: [online], now };
    if (bins.size + documents.length > 0 || isDue(this.#snapshot.expires, this.lives.snapshot, now))
      return await this.write(plan);
    if (!isDue(this.#timestampExpires, this.lives.timestamp, now)) return null;
    return await this.#guarded(() => this.#writeTimestamp([online], now, []));
  }

  /** Signs and publishes. Of no use after an error: open another one. */
  async write(plan: Plan): Promise<Published> {
    return await this.#guarded(async () => await this.#write(plan));
  }

  async #guarded(work: () => Promise<Published>): Promise<Published> {
    if (!this.#isUsable) throw new TypeError('this writer failed before: open another one');
    this.#isUsable = false;
    const published = await work();
    this.#isUsable = true;
    return published;
  }

  async #write(plan: Plan): Promise<Published> {
    const { now } = plan;
    const files: NamedBytes[] = [];
    const add = async (role: string, text: string, signers: readonly Signer[], version: number) => {
      const bytes = await sealText(text, signers);
      files.push({ name: `${version}.${role}.json`, bytes });
      return bytes;
    };
    for (const [name, fragments] of plan.bins) {
      const version = this.#nextVersion(name);
      const life = plan.binLife?.(name) ?? this.lives.bin;
      const text = binText({ version, expires: now + life }, fragments);
      await add(name, text, [plan.online], version);
    }
    for (const document of plan.documents) {
      if ('bytes' in document) {
        files.push({ name: this.#takeVersion(document), bytes: document.bytes });
        continue;
      }
      const { role, text, signers } = document;
      const version = this.#nextVersion(role);
      await add(role, text(version), signers, version);
    }
    this.#dropUnnamed(plan.isNamed);
    const version = this.#nextVersion('snapshot');
    const expires = now + this.lives.snapshot;
    const text = snapshotText({ version, expires }, this.#meta);
    this.#snapshot = {
      version,
      bytes: await add('snapshot', text, plan.signers, version),
      expires,
    };
    const published = await this.#writeTimestamp(plan.signers, now, files);
    for (const [name, fragments] of plan.bins) this.#keep(name, fragments);
    return published;
  }

  /** Whatever the timestamp names is on the disk, under its name, before the timestamp is renamed. */
  async #writeTimestamp(
    signers: readonly Signer[],
    now: number,
    files: readonly NamedBytes[],
  ): Promise<Published> {
    const version = (this.#highest.get('timestamp') ?? 0) + 1;
    this.#highest.set('timestamp', version);
    const { bytes: snapshot, version: number } = this.#snapshot;
    const expires = now + this.lives.timestamp;
    const bytes = await sealText(timestampText({ version, expires }, snapshot, number), signers);
    await this.#folder.stage([...files, { name: 'timestamp.json', bytes }]);
    await this.#folder.commit(files.map(({ name }) => name));
    await this.#folder.sync();
    await this.#folder.commit(['timestamp.json']);
    await this.#folder.sync();
    this.#timestampExpires = expires;
    const names = [...files.map(({ name }) => name), 'timestamp.json'];
    return { timestamp: version, snapshot: number, files: names };
  }

  #nextVersion(role: string): number {
    const version = Math.max(this.#highest.get(role) ?? 0, this.#current.get(role) ?? 0) + 1;
    this.#highest.set(role, version);
    if (role !== 'snapshot') this.#setCurrent(role, version);
    return version;
  }

  /** The same version again where an interrupted run has left it. @returns the file's name. */
  #takeVersion({ role, version }: SealedDocument): string {
    const highest = this.#highest.get(role) ?? 0;
    if (highest > version)
      throw new Refusal('WP-CEREMONY-STALE', {
        message: `${role}: version ${version} was signed, and the repository has had version ${highest}`,
      });
    this.#highest.set(role, version);
    this.#setCurrent(role, version);
    return `${version}.${role}.json`;
  }

  #setCurrent(role: string, version: number): void {
    this.#current.set(role, version);
    this.#meta.set(`${role}.json`, metaFragment(role, version));
  }

  #dropUnnamed(isNamed: Plan['isNamed']): void {
    if (isNamed === undefined) return;
    for (const role of this.#current.keys()) {
      if (isNamed(role)) continue;
      this.#current.delete(role);
      this.#meta.delete(`${role}.json`);
    }
  }

  /** @throws Refusal `WP-TUF-KEY` where another key signs here. */
  verifyOnline({ publicKey }: Signer): void {
    const { root, delegations } = this.state;
    const { keyid } = statedKey(publicKey);
    const [bins] = delegations.rolesFor('');
    const may = [root.roles.snapshot, root.roles.timestamp, bins];
    if (may.every((role) => role?.keyids.has(keyid))) return;
    throw new Refusal('WP-TUF-KEY', {
      message: `the online key ${publicKey} is not the one that the root (version ${root.version}) and the bins name`,
      hint: 'Name the right key; where a rotation was interrupted, run `wheelproof tuf rotate` again.',
    });
  }

  #keep(name: string, fragments: Fragments): void {
    this.#kept.delete(name);
    this.#kept.set(name, fragments);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT_BINS) break;
      this.#kept.delete(oldest);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { Refusal } from '../core/errors.ts';
import { MAX_PAGE_AGE_SECONDS, MAX_PAGE_BYTES } from '../core/limits.ts';
import { monotonicMs } from '../core/monotonic.ts';
import type { TufMemory, TufPin } from '../core/tuf-repository.ts';
import type { Upstream } from '../core/upstream.ts';
import { addressKey } from '../core/url.ts';
import {
  checkTargetPath,
  hashedPath,
  TufClient,
  verifyTarget,
  type Located,
} from '../tuf/index.ts';
import { RepositoryFiles, Unauthorised, type Got } from './repository-files.ts';

/** Who may release what, in the holders' own words: signed by the top-level targets role. */
export const IDENTITIES = 'policy/identities.v1.json';

const ROOTS_TRIED = 256;
const MAX_ROOT_BYTES = 512_000;
const MAX_TIMESTAMP_BYTES = 16_384;

export interface SignedIndexParts<Rules> {
  /** As policies spell it: ends in a slash. */
  readonly url: string;
  readonly pin: TufPin;
  readonly upstream: Upstream;
  readonly clock: Clock;
  /** What is trusted of it, kept from run to run. */
  readonly memory: () => TufMemory;
  /** Reads {@link IDENTITIES}. */
  readonly readIdentities: (bytes: Uint8Array, what: string) => Promise<Rules>;
}

interface Session<Rules> {
  readonly client: TufClient;
  readonly identities: Rules | null;
}

/**
 * One index under a pinned TUF root. Its metadata is brought up to date before anything is asked of
 * it, and again after MAX_PAGE_AGE_SECONDS. What goes wrong stays wrong for as long.
 */
export class SignedIndex<Rules> {
  readonly url: string;
  /** {@link url} as `addressKey` spells it. */
  readonly key: string;
  /** Where its own files lie, spelled alike: whatever is there counts as offered by it. */
  readonly places: readonly string[];
  readonly #parts: SignedIndexParts<Rules>;
  readonly #files: RepositoryFiles;
  #session: { readonly since: number; readonly opened: Promise<Session<Rules>> } | null = null;
  #identities: Rules | null = null;

  constructor(parts: SignedIndexParts<Rules>) {
    this.#parts = parts;
    this.url = parts.url;
    this.key = addressKey(parts.url);
    this.places = [parts.pin.repository, new URL('../', parts.url).href].map(addressKey);
    this.#files = new RepositoryFiles(parts.upstream, parts.pin.repository, parts.url);
  }

  /** Credentials that the installer sent to an address; those of other origins are none of ours. */
  useCredentials(credentials: Readonly<Record<string, string>>, sentTo: string): void {
    if (new URL(sentTo).origin !== new URL(this.url).origin) return;
    if (this.#files.useCredentials(credentials)) this.#session = null;
  }

  /** As last read; `null` where the holders have said nothing, or nothing was asked yet. */
  get identities(): Rules | null {
    return this.#identities;
  }

  /** Who signs the target, after an update. `null`: nobody who may speak for it names it. */
  async locate(path: string): Promise<(Located & { readonly client: TufClient }) | null> {
    try {
      checkTargetPath(path);
    } catch {
      return null; // no repository can name it
    }
    const { client } = await this.#open();
    const located = await this.#named(async () => await client.locate(path));
    return located === null ? null : { ...located, client };
  }

  /** A target's verified bytes; `null`: nobody who may speak for it names it. */
  async read(path: string): Promise<Got | null> {
    const located = await this.locate(path);
    return located === null ? null : await this.#fetch(located.client, located);
  }

  async #fetch(client: TufClient, { target }: Pick<Located, 'target'>): Promise<Got> {
    return await this.#named(async () => {
      if (target.length > MAX_PAGE_BYTES)
        throw new Refusal('WP-TUF-LIMIT', {
          message: `${target.path}: ${target.length} bytes, at most ${MAX_PAGE_BYTES} are read`,
        });
      const name = client.consistentSnapshot
        ? hashedPath(target.path, requireSha256(target))
        : target.path;
      const got = await this.#files.get(`targets/${quoted(name)}`, target.length);
      if (got === null)
        throw new Refusal('WP-TUF-UNREACHABLE', {
          message: `the repository has no targets/${name}`,
        });
      verifyTarget(got.bytes, target);
      return got;
    });
  }

  async #open(): Promise<Session<Rules>> {
    const now = monotonicMs();
    const held = this.#session;
    if (held !== null && now - held.since < MAX_PAGE_AGE_SECONDS * 1_000) return await held.opened;
    const opened = this.#named(async () => await this.#update());
    const session = { since: now, opened };
    this.#session = session;
    try {
      return await opened;
    } catch (thrown) {
      // The installer may come back with a password.
      const mayChange = thrown instanceof Unauthorised && this.#session === session;
      if (mayChange) this.#session = null;
      throw thrown;
    }
  }

  async #update(): Promise<Session<Rules>> {
    const store = this.#parts.memory();
    const source = {
      fetch: async (name: string, maxBytes: number) =>
        (await this.#files.once(`metadata/${name}`, maxBytes))?.bytes ?? null,
    };
    this.#files.forget();
    // A clock that is behind learns it from the first answer (attack F06).
    await source.fetch('timestamp.json', MAX_TIMESTAMP_BYTES).catch(() => null);
    const pinned = await this.#pinnedRoot();
    const kept = await store.load('root');
    if (kept === null) await store.save('root', pinned);
    const now = this.#parts.clock.now();
    const open = async (): Promise<TufClient> => await TufClient.open({ source, store, now });
    const client = await open().catch(async (error: unknown) => {
      if (kept === null || !(error instanceof Refusal)) throw error;
      await store.remove('root'); // damaged: the pin is the beginning again
      await store.save('root', pinned);
      return await open();
    });
    await client.refresh();
    const target = client.topTarget(IDENTITIES);
    const identities =
      target === null
        ? null
        : await this.#parts.readIdentities(
            (await this.#fetch(client, { target })).bytes,
            `${this.url}: ${IDENTITIES}`,
          );
    this.#identities = identities;
    return { client, identities };
  }

  /** The root that the policy pins: given with it, or among those that the repository has. */
  async #pinnedRoot(): Promise<Uint8Array> {
    const { root, sha256, repository } = this.#parts.pin;
    if (root !== null) return Buffer.from(root, 'base64');
    const kept = await this.#parts.memory().load(`pinned-${sha256}`);
    if (kept !== null && digestOf(kept) === sha256) return kept;
    for (let version = 1; version <= ROOTS_TRIED; version++) {
      const found = await this.#files.get(`metadata/${version}.root.json`, MAX_ROOT_BYTES);
      if (found === null && version === 1)
        throw new Refusal('WP-TUF-UNREACHABLE', { message: `${repository} has no 1.root.json` });
      if (found === null) break;
      if (digestOf(found.bytes) !== sha256) continue;
      await this.#parts.memory().save(`pinned-${sha256}`, found.bytes);
      return found.bytes;
    }
    throw new Refusal('WP-TUF-SIGNATURE', {
      message: `${repository} has no root with the pinned sha256 ${sha256}`,
    });
  }

  /** Whatever is wrong, it is told of which index. */
  async #named<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      if (!(thrown instanceof Refusal) || thrown instanceof Unauthorised) throw thrown;
      const { code, message, hint, cause } = thrown;
      if (message.startsWith(this.url)) throw thrown;
      throw new Refusal(code, { message: `${this.url}: ${message}`, hint, cause });
    }
  }
}

function requireSha256({ hashes, path }: Located['target']): string {
  const { sha256 } = hashes;
  if (sha256 !== undefined && /^[0-9a-f]{64}$/u.test(sha256)) return sha256;
  throw new Refusal('WP-TUF-MISMATCH', { message: `${path}: expected a sha256 in the metadata` });
}

function quoted(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

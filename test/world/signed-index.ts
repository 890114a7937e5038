// SPDX-License-Identifier: Apache-2.0
import type { Json, JsonObject } from '../../src/core/strict-json.ts';
import { renderPage } from './index-model.ts';
import { head, signed, targetOf, TufRepository, type Signer } from './tuf-repository.ts';
import { digest } from './wheel.ts';
import { INDEX, type World } from './world.ts';

export interface SigningWish {
  /** In place of whoever may sign the targets. */
  readonly by?: readonly Signer[];
  /** In place of the next version. */
  readonly version?: number;
  /** Laid over the targets document: delegations, say. */
  readonly over?: JsonObject;
  /** Paths that the targets document leaves to others. */
  readonly without?: (path: string) => boolean;
  /** Further targets. */
  readonly more?: Readonly<Record<string, Uint8Array>>;
}

/**
 * The world's index under a TUF root: whatever it lists, pages and files, can be signed as it is at
 * that moment, and is served below `/metadata/` and `/targets/` beside `/simple/`.
 */
export class SignedIndex {
  readonly repository = new TufRepository();
  readonly #world: World;
  readonly #blobs = new Map<string, Uint8Array>();
  #version = 0;

  constructor(world: World) {
    this.#world = world;
    this.repository.files.set(
      '1.root.json',
      signed(this.repository.root(1), [this.repository.signers.root]),
    );
  }

  get root(): Uint8Array {
    return this.repository.files.get('1.root.json') ?? new Uint8Array();
  }

  /** The last one signed. */
  get version(): number {
    return this.#version;
  }

  /** Targets of everything that the index lists now. */
  targets(): Record<string, Uint8Array> {
    const found: Record<string, Uint8Array> = {};
    for (const [name, project] of this.#world.host(INDEX).projects) {
      const page = renderPage(project, '+json');
      found[`simple/${name}/index.v1+json`] = Buffer.from(page.body);
      for (const { file, filename } of project.files)
        found[`packages/${name}/${filename}`] = file.bytes;
    }
    return found;
  }

  /** Signs what the index lists now as the next version, and serves it. */
  sign(wish: SigningWish = {}): void {
    const { over = {}, without = () => false, more = {}, by } = wish;
    const { repository } = this;
    const own = Object.entries({ ...this.targets(), ...more });
    for (const [path, bytes] of own) this.keep(path, bytes);
    const mine = own.filter(([path]) => !without(path));
    const targets = Object.fromEntries(mine.map(([path, bytes]) => [path, targetOf(bytes)]));
    this.#version = wish.version ?? this.#version + 1;
    const usual = repository.targetsSigners;
    const { root } = this;
    repository.targetsSigners = by ?? usual;
    repository.publish(this.#version, targets, over);
    repository.targetsSigners = usual;
    repository.files.set('1.root.json', root);
    this.serve();
  }

  /** Another first root than the plain one: before it is pinned. */
  beginWith(over: JsonObject): void {
    const { repository } = this;
    const root = signed(repository.root(1, over), [repository.signers.root]);
    repository.files.set('1.root.json', root);
  }

  /** A role that the targets delegate to: what it says now. Served with the next {@link sign}. */
  delegate(name: string, signers: readonly Signer[], content: JsonObject): void {
    const { repository } = this;
    const version = (repository.delegated.get(name) ?? 0) + 1;
    repository.delegated.set(name, version);
    const document = { ...head('targets', version), targets: {}, ...content };
    const file = `${version}.${encodeURIComponent(name)}.json`;
    repository.files.set(file, signed(document, signers));
  }

  keep(path: string, bytes: Uint8Array): void {
    const slash = path.lastIndexOf('/') + 1;
    this.#blobs.set(
      `${path.slice(0, slash)}${digest('sha256', bytes)}.${path.slice(slash)}`,
      bytes,
    );
  }

  /** Puts one document in the place of another. */
  put(name: string, content: Json, signers: readonly Signer[]): void {
    this.repository.files.set(name, signed(content, signers));
    this.serve();
  }

  putBytes(name: string, bytes: Uint8Array): void {
    this.repository.files.set(name, bytes);
    this.serve();
  }

  /** As it is now, to be served again later. */
  photograph(): ReadonlyMap<string, Uint8Array> {
    return new Map(this.repository.files);
  }

  showAgain(files: ReadonlyMap<string, Uint8Array>): void {
    this.repository.files.clear();
    for (const [name, bytes] of files) this.repository.files.set(name, bytes);
    this.serve();
  }

  serve(): void {
    const { files } = this.#world.host(INDEX);
    for (const path of files.keys()) if (path.startsWith('/metadata/')) files.delete(path);
    for (const [name, bytes] of this.repository.files) files.set(`/metadata/${name}`, bytes);
    for (const [path, bytes] of this.#blobs)
      files.set(`/targets/${path.split('/').map(encodeURIComponent).join('/')}`, bytes);
  }
}

/** What a targets document says of those that it delegates to. */
export function delegationsTo(
  ...roles: readonly {
    readonly name: string;
    readonly signers: readonly Signer[];
    readonly paths: readonly string[];
    readonly terminating?: boolean;
    readonly threshold?: number;
  }[]
): JsonObject {
  return {
    delegations: {
      keys: Object.fromEntries(
        roles.flatMap(({ signers }) => signers.map(({ keyid, stated }) => [keyid, stated])),
      ),
      roles: roles.map(({ name, signers, paths, terminating = true, threshold = 1 }) => ({
        name,
        keyids: signers.map(({ keyid }) => keyid),
        threshold,
        terminating,
        paths,
      })),
    },
  };
}

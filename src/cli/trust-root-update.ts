// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { MAX_TRUSTED_ROOT_BYTES } from '../core/limits.ts';
import { readTrustedRoot } from '../crypto/index.ts';
import { hashedPath, TufClient, verifyTarget, type MetadataStore } from '../tuf/index.ts';
import type { RootContext } from './trust-root-context.ts';
import { openTufSource, type FetchFile } from './tuf-source.ts';

const TARGET = 'trusted_root.json';

export interface RootRepository {
  /** A folder or an address. */
  readonly source: string;
  /** What is trusted of it. */
  readonly store: MetadataStore;
  /** The TUF root to begin with where none is kept yet. */
  readonly first: Uint8Array | null;
}

export interface FetchedRoot {
  readonly bytes: Uint8Array;
  readonly id: string;
  /** Of the `targets` metadata that names it. */
  readonly version: number;
}

/**
 * Follows the TUF repository behind a trusted root: what it showed before it may not take back.
 * @throws Refusal `WP-TUF-*`, `WP-TRUSTED-ROOT`
 */
export async function fetchTrustedRoot(
  { clock, environment }: RootContext,
  { source, store, first }: RootRepository,
): Promise<FetchedRoot> {
  if (first !== null && (await store.load('root')) === null) await store.save('root', first);
  const { ask, close } = openTufSource(source, environment);
  try {
    const files = eitherLayout(ask);
    const client = await TufClient.open({ source: files, store, now: clock.now() });
    await client.refresh();
    const target = await client.findTarget(TARGET);
    if (target === null) {
      const message = `${source}: the repository signs no ${TARGET}`;
      throw new Refusal('WP-TUF-NOT-FOUND', { message });
    }
    if (target.length > MAX_TRUSTED_ROOT_BYTES) {
      const message = `${source}: ${TARGET} has ${target.length} bytes, at most ${MAX_TRUSTED_ROOT_BYTES} are read`;
      throw new Refusal('WP-TUF-LIMIT', { message });
    }
    const path = client.consistentSnapshot ? hashedPath(TARGET, hashOf(target.hashes)) : TARGET;
    const bytes = await ask(`targets/${path}`, target.length);
    if (bytes === null) {
      const message = `${source}: the repository has no targets/${path}`;
      throw new Refusal('WP-TUF-UNREACHABLE', { message });
    }
    verifyTarget(bytes, target);
    const version = client.targetsVersion;
    return { bytes, id: readTrustedRoot(bytes).id, version };
  } finally {
    await close();
  }
}

/** Sigstore's repositories prefix targets with either digest; all that is asked for is verified. */
function hashOf(hashes: Readonly<Record<string, string>>): string {
  return hashes['sha256'] ?? hashes['sha512'] ?? '';
}

/** Metadata lies at the top (Sigstore's layout) or in a folder of its own (ours). */
function eitherLayout(ask: FetchFile) {
  return {
    fetch: async (name: string, maxBytes: number) =>
      (await ask(name, maxBytes)) ?? (await ask(`metadata/${name}`, maxBytes)),
  };
}

/** What a client trusts, until somebody decides to keep it. */
export function openMemoryStore(): MetadataStore & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    load: async (role) => kept.get(role) ?? null,
    save: async (role, bytes) => void kept.set(role, bytes),
    remove: async (role) => void kept.delete(role),
  };
}

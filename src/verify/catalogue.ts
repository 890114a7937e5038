// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { Reason } from '../core/errors.ts';
import { addressKey } from '../core/url.ts';

/** What one index says of one address. */
interface Listing {
  readonly artifact: Artifact;
  /** Why it is refused there; `null` where it is offered. */
  reasons: readonly Reason[] | null;
}

/**
 * What the pages of this run have said, by the address of each file, however it is spelled. Each
 * index speaks for itself: what is refused on one page may stand on another's, under its rules.
 */
export class Catalogue {
  /**
   * By the name of the file, where the address ends in it: nearly all do. What one index alone
   * lists, and offers, stands there by itself.
   */
  readonly #named = new Map<string, Artifact | Listing[]>();
  /** By {@link addressKey}. */
  readonly #addressed = new Map<string, Listing[]>();
  /** By file name: what a page refused has no other way in that no page vouches for. */
  readonly #refusedNames = new Map<string, readonly Reason[]>();

  /** An index's first listing of an address stays: a later page cannot talk it into something else. */
  list(artifact: Artifact): void {
    const { filename, url } = artifact;
    if (!isNamedBy(url, filename)) {
      this.#enter(this.#addressed, addressKey(url), artifact);
    } else if (this.#named.has(filename)) {
      this.#enter(this.#named, filename, artifact);
    } else {
      this.#named.set(filename, artifact);
    }
  }

  refuse(artifact: Artifact, reasons: readonly Reason[]): void {
    const { filename, url } = artifact;
    const listing = isNamedBy(url, filename)
      ? this.#enter(this.#named, filename, artifact)
      : this.#enter(this.#addressed, addressKey(url), artifact);
    listing.reasons = reasons;
    if (!this.#refusedNames.has(filename)) this.#refusedNames.set(filename, reasons);
  }

  /** As the first index says that offers it or, where none does, that refused it. */
  artifactAt(url: string): Artifact | null {
    return this.#standing(url)?.artifact ?? null;
  }

  /** Why no index offers it; `null` where one does, or where none lists it. */
  refusalAt(url: string): readonly Reason[] | null {
    return this.#standing(url)?.reasons ?? null;
  }

  refusalOfName(filename: string): readonly Reason[] | null {
    return this.#refusedNames.get(filename) ?? null;
  }

  /** The versions that pages offered of each project, without those that were withdrawn. */
  offered(): ReadonlyMap<string, readonly string[]> {
    const versions = new Map<string, string[]>();
    const add = ({ project, version, listed }: Artifact): void => {
      if (typeof listed?.yanked === 'string') return;
      const known = versions.get(project);
      if (known === undefined) versions.set(project, [version]);
      else known.push(version);
    };
    for (const place of [this.#named, this.#addressed]) {
      for (const known of place.values()) {
        if (!Array.isArray(known)) add(known);
        else for (const { artifact, reasons } of known) if (reasons === null) add(artifact);
      }
    }
    return versions;
  }

  #standing(url: string): Listing | null {
    const key = addressKey(url);
    const name = key.slice(key.lastIndexOf('/') + 1);
    const named = listingsOf(this.#named.get(name));
    const listings = [
      ...named.filter(({ artifact }) => addressKey(artifact.url) === key),
      ...(this.#addressed.get(key) ?? []),
    ];
    return listings.find(({ reasons }) => reasons === null) ?? listings[0] ?? null;
  }

  #enter(
    place: Map<string, Artifact | Listing[]> | Map<string, Listing[]>,
    key: string,
    artifact: Artifact,
  ): Listing {
    const { index, url } = artifact;
    const listings = listingsOf(place.get(key));
    place.set(key, listings);
    const known = listings.find(
      ({ artifact: other }) => other.index === index && isSameAddress(other.url, url),
    );
    if (known !== undefined) return known;
    const listing = { artifact, reasons: null };
    listings.push(listing);
    return listing;
  }
}

function listingsOf(known: Artifact | Listing[] | undefined): Listing[] {
  if (known === undefined) return [];
  return Array.isArray(known) ? known : [{ artifact: known, reasons: null }];
}

/** Whether an address ends in the file's name, spelled in the one way it has. */
export function isNamedBy(url: string, filename: string): boolean {
  const slash = url.length - filename.length - 1;
  return url[slash] === '/' && url.endsWith(filename) && PLAIN_NAME.test(filename);
}

/** It is spelled in one way in every address that ends in it. */
const PLAIN_NAME = /^[A-Za-z0-9._-]+$/u;

function isSameAddress(a: string, b: string): boolean {
  return a === b || addressKey(a) === addressKey(b);
}

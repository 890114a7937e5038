// SPDX-License-Identifier: Apache-2.0
import { MAX_KEPT_REFS } from '../core/limits.ts';
import {
  repositoryKey,
  rewritten,
  type AddressRewrite,
  type AdvertisedRef,
  type StatedSource,
} from '../core/repository.ts';
import { candidatesOf } from './revisions.ts';

/** What repositories listed at the gate in one run, and which repository each of them stands for. */
export class RepositoryListings {
  readonly #sources: readonly StatedSource[];
  readonly #rewrites: readonly AddressRewrite[];
  /** By address as asked. */
  readonly #refs = new Map<string, readonly AdvertisedRef[]>();
  #kept = 0;
  /** Where repositories were asked before, by where they are asked since: several may lead to one place. */
  readonly #moved = new Map<string, Set<string>>();

  constructor(sources: readonly StatedSource[], rewrites: readonly AddressRewrite[]) {
    this.#sources = sources;
    this.#rewrites = rewrites;
  }

  redirected(from: string, to: string): void {
    const [there, here] = [repositoryKey(to), repositoryKey(from)];
    if (there === null || here === null || there === here) return;
    const before = [here, ...(this.#moved.get(here) ?? [])];
    this.#moved.set(there, new Set([...(this.#moved.get(there) ?? []), ...before]));
  }

  keep(address: string, refs: readonly AdvertisedRef[]): void {
    if (this.#kept + refs.length > MAX_KEPT_REFS) return;
    this.#kept += refs.length;
    this.#refs.set(address, [...(this.#refs.get(address) ?? []), ...refs]);
  }

  /** What was listed under the names that a revision may stand for. */
  listed(repository: string, revision: string | null): readonly AdvertisedRef[] {
    return [...this.#refs].flatMap(([address, refs]) =>
      this.meantBy(address).includes(repository) ? candidatesOf(revision, refs) : [],
    );
  }

  /** The repositories, as requirements name them, that an address at the gate may stand for. */
  meantBy(address: string): readonly string[] {
    const asked = [address, ...(this.#moved.get(address) ?? [])];
    const stated = this.#sources
      .map(({ repository }) => repository)
      .filter((one) => spellings(one).some((each) => asked.includes(this.#led(each))));
    const back = asked.flatMap((one) => this.#ledFrom(one));
    return [...new Set([...asked, ...stated, ...back])];
  }

  #led(address: string): string {
    return repositoryKey(rewritten(address, this.#rewrites)) ?? address;
  }

  #ledFrom(asked: string): readonly string[] {
    return this.#rewrites.flatMap(({ base, insteadOf }) =>
      spellings(asked).flatMap((one) =>
        one.startsWith(base) ? (repositoryKey(insteadOf + one.slice(base.length)) ?? []) : [],
      ),
    );
  }
}

/** A key stands for all of these; a rule of git's configuration may fit one of them alone. */
function spellings(repository: string): readonly string[] {
  return [repository, `${repository}.git`, `${repository}/`];
}

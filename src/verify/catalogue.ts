// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { Reason } from '../core/errors.ts';
import { addressKey } from '../core/url.ts';

/** What the pages of this run have said, by the address of each file, however it is spelled. */
export class Catalogue {
  readonly #artifacts = new Map<string, Artifact>();
  readonly #refused = new Map<string, readonly Reason[]>();
  /** By file name: what a page refused has no other way in that no page vouches for. */
  readonly #refusedNames = new Map<string, readonly Reason[]>();
  readonly #blocked = new Map<string, Reason>();

  /** The first listing of an address stays: a later page cannot talk it into something else. */
  list(artifact: Artifact): void {
    const key = addressKey(artifact.url);
    if (!this.#artifacts.has(key)) this.#artifacts.set(key, artifact);
  }

  refuse(artifact: Artifact, reasons: readonly Reason[]): void {
    this.list(artifact);
    this.#refused.set(addressKey(artifact.url), reasons);
    const { filename } = artifact;
    if (!this.#refusedNames.has(filename)) this.#refusedNames.set(filename, reasons);
  }

  artifactAt(url: string): Artifact | null {
    return this.#artifacts.get(addressKey(url)) ?? null;
  }

  refusalAt(url: string): readonly Reason[] | null {
    return this.#refused.get(addressKey(url)) ?? null;
  }

  refusalOfName(filename: string): readonly Reason[] | null {
    return this.#refusedNames.get(filename) ?? null;
  }

  /** The versions that pages offered of each project, without those that were withdrawn. */
  offered(): ReadonlyMap<string, readonly string[]> {
    const versions = new Map<string, string[]>();
    for (const [key, { project, version, listed }] of this.#artifacts) {
      if (this.#refused.has(key) || typeof listed?.yanked === 'string') continue;
      const known = versions.get(project);
      if (known === undefined) versions.set(project, [version]);
      else known.push(version);
    }
    return versions;
  }

  /** A page of this project could not be decided: the name is blocked on every index for the run. */
  block(project: string, reason: Reason): void {
    if (!this.#blocked.has(project)) this.#blocked.set(project, reason);
  }

  blockOf(project: string): Reason | null {
    return this.#blocked.get(project) ?? null;
  }
}

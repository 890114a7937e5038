// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { Reason } from '../core/errors.ts';

/** What the pages of this run have said, by the address of each file. */
export class Catalogue {
  readonly #artifacts = new Map<string, Artifact>();
  readonly #refused = new Map<string, readonly Reason[]>();
  readonly #blocked = new Map<string, Reason>();

  /** The first listing of an address stays: a later page cannot talk it into something else. */
  list(artifact: Artifact): void {
    if (!this.#artifacts.has(artifact.url)) this.#artifacts.set(artifact.url, artifact);
  }

  refuse(artifact: Artifact, reasons: readonly Reason[]): void {
    this.list(artifact);
    this.#refused.set(artifact.url, reasons);
  }

  artifactAt(url: string): Artifact | null {
    return this.#artifacts.get(url) ?? null;
  }

  refusalAt(url: string): readonly Reason[] | null {
    return this.#refused.get(url) ?? null;
  }

  /** A page of this project could not be decided: the name is blocked on every index for the run. */
  block(project: string, reason: Reason): void {
    if (!this.#blocked.has(project)) this.#blocked.set(project, reason);
  }

  blockOf(project: string): Reason | null {
    return this.#blocked.get(project) ?? null;
  }
}

// SPDX-License-Identifier: Apache-2.0
import { withSlash } from '../core/url.ts';
import { projectOf } from '../evidence/index.ts';

export interface AheadIndexesSettings {
  /** Base addresses, as the installer is configured; its own default may be missing. */
  readonly indexes: readonly string[];
  /** Other addresses that the user names, places of links among them. */
  readonly named?: readonly string[];
  /**
   * Of several indexes, the installer asks a further one only for what the one before does not have:
   * once there is a second, nothing is told to any before the installer tells it.
   */
  readonly soleIndex?: boolean;
}

/** The indexes that may be told beforehand what is needed: as configured, and as seen. */
export class AheadIndexes {
  readonly #bases: Set<string>;
  /** What is named beside them is no index, though a page of links may end in a project's name. */
  readonly #links: ReadonlySet<string>;
  readonly #isSole: boolean;
  #isUncertain: boolean;

  constructor({ indexes, named = [], soleIndex = false }: AheadIndexesSettings) {
    this.#bases = new Set(indexes.map(withSlash));
    this.#links = new Set(named.map(withSlash));
    this.#isSole = soleIndex;
    this.#isUncertain = soleIndex && this.#bases.size > 1;
  }

  /** Nobody can tell which index would be asked. */
  get isUncertain(): boolean {
    return this.#isUncertain;
  }

  bases(): Iterable<string> {
    return this.#bases;
  }

  /** A build may ask for any address: its pages lead nobody anywhere where one index has everything. */
  leadsOn(base: string): boolean {
    return !this.#isSole || (!this.#isUncertain && this.#bases.has(withSlash(base)));
  }

  /**
   * Takes what the installer asks for. @returns the base of an index that nobody knew.
   * @param isNeeded whether a project is: a page of anything else says nothing of an index.
   */
  learn(url: string, isNeeded: (project: string) => boolean): string | null {
    const base = baseOf(url);
    const project = this.#bases.has(base) ? null : projectOf(url);
    // A page of links (`--find-links`) ends in some name too: who has it is not told what else is needed.
    if (project === null || !isNeeded(project) || this.#links.has(withSlash(url))) return null;
    if (this.#isSole && this.#bases.size > 0) this.#isUncertain = true;
    if (this.#isUncertain || this.#bases.size >= MAX_INDEXES) return null;
    this.#bases.add(base);
    return base;
  }
}

export function baseOf(url: string): string {
  return url.replace(/[^/]*\/?$/u, '');
}

/** More than anybody configures. */
const MAX_INDEXES = 8;

// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { nearRoots, systemRoots } from './ca-bundle.ts';

export type TrustSettings = Pick<SecureContextOptions, 'minVersion' | 'ciphers'> & {
  readonly ownRoots: readonly string[];
};

/** Which roots count: each stage those of the one before, and more. */
const OWN = 0;
const NEAR = 1;
const WHOLE = 2;

/**
 * Whose certificates count: Node's bundled roots, the user's own, and the system's. Reading them takes
 * longer than everything else that a connection needs. Where a user names roots of his own, they are
 * likely to be all that his servers need, since installers take no others; and hardly any server needs
 * the system's. So more are read once one of them may have issued what a server showed.
 */
export class Trust {
  readonly #settings: TrustSettings;
  #context: SecureContext | null = null;
  #stage: number;

  constructor(settings: TrustSettings) {
    this.#settings = settings;
    this.#stage = settings.ownRoots.length > 0 ? OWN : NEAR;
  }

  /** How many count by now. */
  get stage(): number {
    return this.#stage;
  }

  get context(): SecureContext {
    this.#context ??= this.#contextOf(this.#rootsAt(this.#stage));
    return this.#context;
  }

  /**
   * More roots count from here on, where there are any.
   * @param refused the certificates of a server that was not trusted
   * @param stage what counted then
   * @returns whether one of these names one that did not count then as its issuer: it may be trusted now.
   */
  widen(refused: readonly X509Certificate[], stage: number): boolean {
    const former = new Set(this.#rootsAt(stage));
    for (let next = stage + 1; next <= WHOLE; next += 1) {
      const roots = this.#rootsAt(next);
      if (next > this.#stage) {
        this.#stage = next;
        this.#context = this.#contextOf(roots);
      }
      const more = roots.filter((pem) => !former.has(pem));
      const names = new Set(more.map((pem) => new X509Certificate(pem).subject));
      if (refused.some(({ issuer }) => names.has(issuer))) return true;
    }
    return false;
  }

  #rootsAt(stage: number): readonly string[] {
    const { ownRoots } = this.#settings;
    if (stage === OWN) return ownRoots;
    const near = nearRoots(ownRoots);
    return stage === NEAR ? near : [...near, ...systemRoots(near)];
  }

  #contextOf(roots: readonly string[]): SecureContext {
    const { minVersion, ciphers } = this.#settings;
    return createSecureContext({ ca: [...roots], minVersion, ciphers });
  }
}

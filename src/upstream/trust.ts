// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { nearRoots, systemRoots } from './ca-bundle.ts';

export type TrustSettings = Pick<SecureContextOptions, 'minVersion' | 'ciphers'> & {
  readonly ownRoots: readonly string[];
};

/**
 * Whose certificates count: Node's bundled roots, the user's own, and the system's. Reading the
 * system's takes longer than everything else that a connection needs, and hardly any server needs
 * them: they are read once one of them may have issued what a server showed.
 */
export class Trust {
  readonly #settings: TrustSettings;
  #context: SecureContext | null = null;
  #isWhole = false;

  constructor(settings: TrustSettings) {
    this.#settings = settings;
  }

  /** The system's roots count as well, or none of them is new. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  get context(): SecureContext {
    this.#context ??= this.#contextOf(nearRoots(this.#settings.ownRoots));
    return this.#context;
  }

  /**
   * The system's roots count from here on.
   * @param refused the certificates of a server that was not trusted without them
   * @returns whether one of these names one of the system's own as its issuer: it may be trusted now.
   */
  widen(refused: readonly X509Certificate[]): boolean {
    const near = nearRoots(this.#settings.ownRoots);
    const more = systemRoots(near);
    if (!this.#isWhole) {
      this.#isWhole = true;
      if (more.length > 0) this.#context = this.#contextOf([...near, ...more]);
    }
    const names = new Set(more.map((pem) => new X509Certificate(pem).subject));
    return refused.some(({ issuer }) => names.has(issuer));
  }

  #contextOf(roots: readonly string[]): SecureContext {
    const { minVersion, ciphers } = this.#settings;
    return createSecureContext({ ca: [...roots], minVersion, ciphers });
  }
}

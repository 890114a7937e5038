// SPDX-License-Identifier: Apache-2.0
import { readTrustedRoot } from '../crypto/index.ts';
import type { TrustedRoot } from '../crypto/index.ts';

/**
 * Sigstore's public-good trusted root as this release of wheelproof carries it. Staging is nobody's
 * default: what it signs is refused until somebody imports its root.
 */
export async function openPublicGoodRoot(): Promise<TrustedRoot> {
  const { default: root } = await import('./public-good/trusted-root.json', {
    with: { type: 'json' },
  });
  return readTrustedRoot(Buffer.from(JSON.stringify(root)));
}

// SPDX-License-Identifier: Apache-2.0
import { PUBLIC_GOOD, type HeldRoot } from '../core/trusted-roots.ts';

/** The day of the package that the seed was taken from: what the root's age counts from. */
export const SEEDED_AT = Date.parse('2026-11-05T00:00:00Z');

/** What `readTrustedRoot` says of it, told without reading it. */
export const SEED_ID = '2d3d1c0f3bef09777ec628921a56847ddb6a1660bd832240433d5ea98488203d';

/** Where Sigstore publishes its public-good trusted root, as a TUF repository. */
export const PUBLIC_GOOD_REPOSITORY = 'https://tuf-repo-cdn.sigstore.dev';

/**
 * Sigstore's public-good trusted root as this release of wheelproof carries it. Staging is nobody's
 * default: what it signs is refused until somebody imports its root.
 */
export async function openPublicGoodRoot(): Promise<HeldRoot> {
  const { default: root } = await import('./public-good/trusted-root.json', {
    with: { type: 'json' },
  });
  const bytes = Buffer.from(JSON.stringify(root));
  return {
    name: PUBLIC_GOOD,
    bytes,
    id: SEED_ID,
    checkedAt: SEEDED_AT,
    since: SEEDED_AT,
    origin: { kind: 'package', from: 'the package of wheelproof', version: null },
    pin: null,
  };
}

/** The TUF root that the public-good repository is followed from. */
export async function openPublicGoodTufRoot(): Promise<Uint8Array> {
  const { default: root } = await import('./public-good/tuf-root.json', { with: { type: 'json' } });
  return Buffer.from(JSON.stringify(root));
}

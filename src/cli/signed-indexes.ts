// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Artifact } from '../core/artifact.ts';
import type { Clock } from '../core/clock.ts';
import type { PageReader } from '../core/evidence.ts';
import type { TufPin } from '../core/tuf-repository.ts';
import type { Upstream } from '../core/upstream.ts';
import { SignedIndexes } from '../evidence/index.ts';
import { witnessClock, type Places } from '../host/index.ts';
import {
  allowsPlainHttp,
  pinnedIndexes,
  signedPublisherRules,
  type Policy,
  type PublisherRules,
} from '../policy/index.ts';
import { ensurePrivateDirectory, openTufMemory } from '../storage/index.ts';

type SignedRules = (artifact: Artifact) => PublisherRules | null;

interface Parts {
  readonly places: Places;
  readonly policy: Policy;
  readonly upstream: Upstream;
  readonly clock: Clock;
}

/** The indexes whose TUF root the policy pins, with what this user trusts of each. */
export function openSignedIndexes({
  places,
  policy,
  upstream,
  clock,
}: Parts): SignedIndexes<SignedRules> {
  return new SignedIndexes<SignedRules>({
    pins: pinnedIndexes(policy),
    upstream,
    clock,
    memory: (url, pin) => {
      const folder = path.join(places.data, 'tuf');
      ensurePrivateDirectory(folder);
      return openTufMemory(path.join(folder, nameOf(url, pin)));
    },
    readIdentities: async (bytes, what) => {
      const { readSignedIdentities } = await import('../config/signed-identities.ts');
      const identities = readSignedIdentities(bytes, what);
      return (artifact) => signedPublisherRules(identities, artifact, what);
    },
    allowPlainHttp: (host) => allowsPlainHttp(policy, host),
  });
}

/**
 * Pages outside of an install: of an index whose root is pinned, what is signed there and nothing
 * else, so that no unsigned page gets into a lock file or a verdict.
 */
export function overSigned(
  { places, policy, clock }: Pick<Parts, 'places' | 'policy' | 'clock'>,
  upstream: Upstream,
  pages: PageReader,
): { readonly pages: PageReader; readonly signedIndexes: SignedIndexes<SignedRules> } {
  const witnessed = witnessClock(clock, upstream, () => undefined);
  const parts = { places, policy, upstream: witnessed.upstream, clock: witnessed };
  const signedIndexes = openSignedIndexes(parts);
  return { pages: signedIndexes.over(pages), signedIndexes };
}

/** Another pin is another beginning: after a root was lost, say. */
function nameOf(url: string, { sha256, repository }: TufPin): string {
  return createHash('sha256').update(`${url}\n${repository}\n${sha256}`).digest('hex').slice(0, 32);
}

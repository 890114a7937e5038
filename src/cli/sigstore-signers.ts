// SPDX-License-Identifier: Apache-2.0
import { parseIdentityWord } from '../config/index.ts';
import type { TrustedRoots } from '../core/trusted-roots.ts';
import { satisfies } from '../core/version.ts';
import type { SigstoreSigners } from '../evidence/index.ts';
import { missesOf } from '../policy/index.ts';

/** Who may sign documents with Sigstore: identities are compared as those of attestations are. */
export function sigstoreSigners(trustedRoots: TrustedRoots): SigstoreSigners {
  return {
    trustedRoots,
    miss(word, publisher, version) {
      const rule = parseIdentityWord(word);
      const isOfVersions = rule.versions !== null || rule.ref?.includes('{version}') === true;
      if (version === null && isOfVersions) return `${word}: nobody says for which release it is`;
      const release = version ?? '';
      if (rule.versions !== null && !satisfies(release, rule.versions)) {
        return `${word}: not for ${release}`;
      }
      const misses = missesOf(rule, { publisher, predicate: rule.predicate }, release);
      if (misses.length === 0) return null;
      const words = misses.map(
        ({ field, expected, found }) => `${field}: expected ${expected}, found ${found}`,
      );
      return `${word}: ${words.join(', ')}`;
    },
  };
}

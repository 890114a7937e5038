// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { NamedRoot } from '../core/trusted-roots.ts';
import {
  readTrustedRoot,
  verifySigstore,
  type SignedFile,
  type SigstoreProof,
  type TrustedRoot,
} from '../crypto/index.ts';

/** Reading one costs as much as verifying several attestations. */
const read = new WeakMap<Uint8Array, TrustedRoot>();

function rootOf({ bytes }: NamedRoot): TrustedRoot {
  const root = read.get(bytes) ?? readTrustedRoot(bytes);
  read.set(bytes, root);
  return root;
}

/**
 * Verifies under the first trusted root under which everything holds.
 * @param file what a message signature is over; an envelope carries it
 * @throws Refusal as {@link verifySigstore}; `WP-ATTESTATION-AUTHORITY` where none of them holds
 *   the authority behind the certificate
 */
export function verifyUnder(
  entity: Parameters<typeof verifySigstore>[0],
  roots: readonly NamedRoot[],
  file: SignedFile | null = null,
): { readonly proof: SigstoreProof; readonly root: string } {
  let fault: Refusal | null = null;
  for (const named of roots) {
    try {
      return { proof: verifySigstore(entity, rootOf(named), file), root: named.name };
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      if (thrown.code !== 'WP-ATTESTATION-AUTHORITY') fault ??= thrown;
    }
  }
  if (fault !== null) throw fault;
  const names = roots.map(({ name }) => name).join(', ') || 'none';
  throw new Refusal('WP-ATTESTATION-AUTHORITY', {
    message: `its certificate comes from an authority that the trusted root does not hold (${names})`,
  });
}

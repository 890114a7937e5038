// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { Environment } from '../core/machine.ts';
import type { Signer } from '../core/tuf-repository.ts';
import { openSigner } from './tuf-keys.ts';

/**
 * The key with which a person signs in his own name: approvals, lists of a release.
 * @param spec `agent:NAME` (comment, fingerprint or public key) or `file:PATH`.
 * @throws Refusal `WP-SIGNING-KEY`
 */
export async function openOwnSigner(spec: string, environment: Environment): Promise<Signer> {
  try {
    const signer = await openSigner(spec, environment);
    const sign = async (data: Uint8Array): Promise<Uint8Array> =>
      await signer.sign(data).catch((thrown: unknown) => {
        throw asOwn(thrown);
      });
    return { ...signer, publicKey: signer.publicKey, sign };
  } catch (thrown) {
    throw asOwn(thrown);
  }
}

function asOwn(thrown: unknown): unknown {
  if (!(thrown instanceof Refusal) || thrown.code !== 'WP-TUF-KEY') return thrown;
  const { message, hint } = thrown;
  return new Refusal('WP-SIGNING-KEY', { message, hint, cause: thrown });
}

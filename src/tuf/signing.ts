// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import type { Signer } from '../core/tuf-repository.ts';
import type { JsonObject } from '../core/strict-json.ts';
import { olpcJson } from './olpc-json.ts';

export interface StatedSigner {
  readonly keyid: string;
  readonly stated: JsonObject;
}

/** The key as metadata states it, under the sha256 of its canonical form (section 4.2.2). */
export function statedKey(publicKey: string): StatedSigner {
  const stated = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: publicKey } };
  return { keyid: hash('sha256', olpcJson(stated), 'hex'), stated };
}

/**
 * A document of ready canonical text with the signatures of all of these (section 4.2.1).
 * The text must be ASCII without control characters: so it is canonical form and JSON at once.
 */
export async function sealText(text: string, signers: readonly Signer[]): Promise<Uint8Array> {
  const message = Buffer.from(text, 'utf8');
  const signatures = await Promise.all(
    signers.map(async (signer) => ({
      keyid: statedKeyid(signer),
      sig: Buffer.from(await signer.sign(message)).toString('hex'),
    })),
  );
  return joinSignatures(text, signatures);
}

/** The same signatures give the same bytes, in whatever order they came. */
export function joinSignatures(
  text: string,
  signatures: readonly { readonly keyid: string; readonly sig: string }[],
): Uint8Array {
  const sorted = signatures.toSorted((left, right) => (left.keyid < right.keyid ? -1 : 1));
  return Buffer.from(`{"signatures":${JSON.stringify(sorted)},"signed":${text}}\n`, 'utf8');
}

const keyids = new WeakMap<Signer, string>();

/** A repository of many bins asks for the same few again and again. */
function statedKeyid(signer: Signer): string {
  const known = keyids.get(signer);
  if (known !== undefined) return known;
  const { keyid } = statedKey(signer.publicKey);
  keyids.set(signer, keyid);
  return keyid;
}

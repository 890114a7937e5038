// SPDX-License-Identifier: Apache-2.0
export { IN_TOTO, readAttestation, readBundle } from './bundle.ts';
export type { SignedContent, SignedEntity } from './bundle.ts';
export { openPrehashedVerifier } from './prehashed.ts';
export { verifySigstore } from './sigstore.ts';
export type { SignedFile, SigstoreProof } from './sigstore.ts';
export type { SignerField, SignerIdentity } from './signer-identity.ts';
export { readTrustedRoot } from './trusted-root.ts';
export type { TrustedRoot } from './trusted-root.ts';

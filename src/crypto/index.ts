// SPDX-License-Identifier: Apache-2.0
export { preAuthentication, readAttestation, readBundle } from './bundle.ts';
export * as fields from './json-fields.ts';
export type { JsonObject } from './json-fields.ts';
export { malformed } from './malformed.ts';
export { openPrehashedVerifier } from './prehashed.ts';
export { verifySigstore } from './sigstore.ts';
export type { SignedFile, SigstoreProof } from './sigstore.ts';
export { hasSigned } from './signature.ts';
export type { SignerIdentity } from './signer-identity.ts';
export { parseStrictJson } from './strict-json.ts';
export { readTrustedRoot } from './trusted-root.ts';
export type { TrustedRoot } from './trusted-root.ts';
export { makeKeyFile, openKeyFile, publicKeyOf } from './key-file.ts';
export { trustedRootSummary } from './trusted-root-summary.ts';
export type { RootPart } from './trusted-root-summary.ts';
export { readAllowedSigners, type AllowedSigner } from './allowed-signers.ts';
export {
  checkMinisign,
  readMinisignKey,
  readMinisignSignature,
  type MinisignKey,
} from './minisign.ts';
export type { OpenedKeyring } from './openpgp-certificates.ts';
export type { PgpOutcome, SignedBytes } from './openpgp.ts';
export { checkSshSignature, readSshSignature } from './sshsig.ts';
export { makeSshSignature, sshKeyFingerprint, sshKeyWords } from './sshsig-maker.ts';

/** Loaded when the first signature comes. */
export const openPgp = () => import('./openpgp.ts');
export { describeProof } from './proof-steps.ts';
export type { CertificateWords, EntryWords, ProofSteps } from './proof-steps.ts';

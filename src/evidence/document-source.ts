// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/clock.ts';
import { Refusal } from '../core/errors.ts';
import {
  MAX_ATTESTATION_BYTES,
  MAX_CHECKSUM_DOCUMENT_BYTES,
  MAX_SIGNATURE_BYTES,
} from '../core/limits.ts';
import type { SignerRule } from '../core/signer-rule.ts';
import { openKeyring } from './openpgp-signers.ts';
import { fetchPlace, type LocationAccess } from './signature-locations.ts';
import {
  companionsOf,
  isClearSigned,
  readSignedDocument,
  type SignedDocument,
} from './signed-document.ts';
import type { DocumentSubject, SigstoreSigners } from './sigstore-document.ts';

export interface DocumentAccess extends LocationAccess {
  readonly clock: Clock;
  readonly sigstore?: SigstoreSigners | undefined;
}

export interface DocumentAsk {
  /** An address, or an absolute path. */
  readonly address: string;
  readonly rule: SignerRule;
  readonly subject: DocumentSubject;
  /** The page that named it; `null`: a person did. */
  readonly from: string | null;
}

/**
 * The signed text of a document by keys that may speak.
 * @throws Refusal as {@link openDocument}; `WP-NO-VOUCHER` where too few or nobody signed it.
 */
export async function signedTextAt(access: DocumentAccess, ask: DocumentAsk): Promise<string> {
  const document = await openDocument(access, ask);
  const { address } = ask;
  if (document === null) {
    throw new Refusal('WP-USAGE', { message: `${address}: expected a document there, found none` });
  }
  if (document.verdict.state === 'vouched') return document.text;
  throw new Refusal('WP-NO-VOUCHER', { message: document.verdict.detail });
}

/**
 * A signed document and its signature: in it, or beside it.
 * @returns `null` where there is no document.
 * @throws Refusal with the code of what is wrong with it, or why it could not be had.
 */
export async function openDocument(
  access: DocumentAccess,
  { address, rule, from, subject }: DocumentAsk,
): Promise<SignedDocument | null> {
  const place = { address, from, promised: false };
  const document = await fetchPlace(access, place, MAX_CHECKSUM_DOCUMENT_BYTES);
  if (document === null) return null;
  const now = access.clock.now();
  const by = { rule, keyring: () => openKeyring(rule), now, subject, sigstore: access.sigstore };
  if (isClearSigned(document)) return await readSignedDocument(address, document, [], by);
  const signatures: Uint8Array[] = [];
  for (const ending of companionsOf(rule)) {
    const beside = { ...place, address: `${address}${ending}` };
    const most = ending.startsWith('.sigstore') ? MAX_ATTESTATION_BYTES : MAX_SIGNATURE_BYTES;
    const signature = await fetchPlace(access, beside, most);
    if (signature !== null) signatures.push(signature);
  }
  if (signatures.length > 0) return await readSignedDocument(address, document, signatures, by);
  return { text: '', verdict: { state: 'absent', detail: `${address}: nobody signed it` } };
}

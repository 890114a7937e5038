// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { Signer } from '../core/tuf-repository.ts';
import { readPublicKey } from '../crypto/public-key.ts';
import { hexOf, readForm, timeOf, writeForm } from './ceremony-form.ts';
import type { PreviousDocuments } from './ceremony-previous.ts';
import { OFFLINE_ROLES, type OfflineRole, type Proposal } from './ceremony-proposal.ts';
import { BINS, timeText } from './documents.ts';
import { verifyThreshold, type Keys, type Role } from './keys.ts';
import { openEnvelope, readTargets } from './metadata.ts';
import { delegatorOf } from './repository-state.ts';
import { joinSignatures, statedKey } from './signing.ts';
import { TrustedSet } from './trusted-set.ts';

/* `signature-NAME.json`: one holder's signatures of the three documents. */

const FORMAT = 'wheelproof-ceremony-signature/1';

export interface CeremonySignature {
  readonly name: string;
  readonly key: string;
  /** As the holder says. */
  readonly time: number;
  readonly signatures: Readonly<Record<OfflineRole, string>>;
}

export function signatureFile(name: string): string {
  return `signature-${name}.json`;
}

/** @throws Refusal `WP-CEREMONY-KEY` where the key takes no part; what the signer throws */
export async function writeSignature(
  proposal: Proposal,
  page: string,
  signer: Signer,
  now: number,
): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
  const name = proposal.signers.get(signer.publicKey);
  if (name === undefined)
    throw new Refusal('WP-CEREMONY-KEY', {
      message: `the key ${signer.publicKey} has no part in this ceremony`,
    });
  const signatures: Record<string, string> = {};
  for (const role of OFFLINE_ROLES) {
    const signature = await signer.sign(Buffer.from(proposal.texts[role]));
    signatures[role] = Buffer.from(signature).toString('hex');
  }
  const time = timeText(now);
  const bytes = writeForm({
    format: FORMAT,
    name,
    key: signer.publicKey,
    page,
    time,
    signatures,
  });
  readSignature(proposal, page, name, bytes);
  return { name: signatureFile(name), bytes };
}

/**
 * @param page SHA-256 of the page that describes the proposal.
 * @throws Refusal `WP-CEREMONY-CHANGED` where another proposal was signed; `WP-CEREMONY-KEY`,
 *   `WP-CEREMONY-SIGNATURE`, `WP-CEREMONY-MALFORMED`
 */
export function readSignature(
  proposal: Proposal,
  page: string,
  name: string,
  bytes: Uint8Array,
): CeremonySignature {
  const file = signatureFile(name);
  const found = readForm(bytes, file, (fields) => {
    if (fields.text('format') !== FORMAT) throw fields.wrong('format', FORMAT);
    const given = fields.object('signatures');
    const signatures = {
      root: hexOf(given, 'root', 64),
      targets: hexOf(given, 'targets', 64),
      bins: hexOf(given, 'bins', 64),
    };
    const page256 = hexOf(fields, 'page', 32);
    const key = hexOf(fields, 'key', 32);
    return { name: fields.text('name'), key, page256, time: timeOf(fields, 'time'), signatures };
  });
  const { page256, ...signature } = found;
  if (signature.name !== name || proposal.signers.get(signature.key) !== name)
    throw new Refusal('WP-CEREMONY-KEY', { message: `${file}: its key is not that of ${name}` });
  if (page256 !== page)
    throw new Refusal('WP-CEREMONY-CHANGED', {
      message: `${file}: ${name} signed another proposal, with the page sha256 ${page256}; this one's is ${page}`,
    });
  const key = readPublicKey({ keytype: 'ed25519', scheme: 'ed25519', public: signature.key });
  for (const role of OFFLINE_ROLES) {
    const message = Buffer.from(proposal.texts[role]);
    if (key?.verifies(message, Buffer.from(signature.signatures[role], 'hex')) === true) continue;
    throw new Refusal('WP-CEREMONY-SIGNATURE', {
      message: `${file}: the signature of ${role} is not that of ${name}`,
    });
  }
  return signature;
}

/** The documents as they are served, with every signature that was given. */
export function sealDocuments(
  { texts }: Proposal,
  signatures: readonly CeremonySignature[],
): Readonly<Record<OfflineRole, Uint8Array>> {
  const seal = (role: OfflineRole): Uint8Array =>
    joinSignatures(
      texts[role],
      signatures.map((one) => ({ keyid: statedKey(one.key).keyid, sig: one.signatures[role] })),
    );
  return { root: seal('root'), targets: seal('targets'), bins: seal('bins') };
}

/**
 * The documents hold for whoever trusts the root before, and under the root that they bring: root
 * by both (TUF specification, section 5.3.4), targets and bins by both as well, so that each moment
 * of the change is right for every client.
 * @throws Refusal `WP-CEREMONY-QUORUM`
 */
export function verifyQuorum(
  documents: Readonly<Record<OfflineRole, Uint8Array>>,
  proposal: Proposal,
  signatures: readonly CeremonySignature[],
  previous: PreviousDocuments | null,
): void {
  try {
    const trusted = new TrustedSet(previous === null ? documents.root : previous.bytes.root, 0);
    if (previous !== null) trusted.updateRoot(documents.root);
    const [targets, bins] = [documents.targets, documents.bins].map((bytes) =>
      openEnvelope(bytes, 'the proposal'),
    );
    if (targets === undefined || bins === undefined) throw new TypeError('both are there');
    const check = (envelope: typeof targets, role: Role, keys: Keys): void =>
      verifyThreshold(envelope, role, keys);
    check(targets, trusted.root.roles.targets, trusted.root.keys);
    const delegator = delegatorOf(readTargets(targets), BINS);
    if (delegator.kind === 'role') check(bins, delegator.role, delegator.delegations.keys);
    if (previous === null) return;
    check(targets, previous.root.roles.targets, previous.root.keys);
    check(bins, previous.binsRole.role, previous.binsRole.keys);
  } catch (cause) {
    if (!(cause instanceof Refusal && cause.code === 'WP-TUF-SIGNATURE')) throw cause;
    const signed = new Set(signatures.map(({ name }) => name));
    const open = [...proposal.signers.values()].filter((name) => !signed.has(name));
    throw new Refusal('WP-CEREMONY-QUORUM', {
      message: `${signed.size === 0 ? 'nobody' : [...signed].join(', ')} signed, which is not enough; yet to sign: ${open.join(', ')}`,
      cause,
    });
  }
}

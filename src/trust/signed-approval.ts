// SPDX-License-Identifier: Apache-2.0
import { canonicalJson } from '../core/canonical-json.ts';
import { Refusal } from '../core/errors.ts';
import type { Signer } from '../core/tuf-repository.ts';
import {
  preAuthentication,
  fields,
  hasSigned,
  parseStrictJson,
  readAllowedSigners,
  sshKeyFingerprint,
} from '../crypto/index.ts';
import { requireProject, requireSha256, requireText, type ApprovalWish } from './approvals.ts';

/*
 * An approval that travels: a DSSE envelope (secure-systems-lab/dsse, version 1) over a statement of
 * ours, signed with an Ed25519 SSH key. Whoever imports it says whose keys may approve.
 */

export const APPROVAL_TYPE = 'application/vnd.wheelproof.approval+json';
/** What an allowed-signers file may bind a key to. */
export const APPROVAL_NAMESPACE = 'wheelproof-approval';
const VERSION = 1;
const MAX_BYTES = 64 * 1024;
const MAX_SIGNATURES = 16;
const WHAT = 'the signed approval';

/** An approval with its end, which a signed one must have. */
export type SignedWish = ApprovalWish & { readonly expiresAt: number };

/** @throws Refusal what the signer throws */
export async function signApproval(wish: SignedWish, signer: Signer, now: number): Promise<string> {
  const statement = {
    version: VERSION,
    sha256: requireSha256(wish.sha256),
    project: wish.project === null ? null : requireProject(wish.project),
    reason: requireText('the reason', wish.reason, 1_000),
    owner: requireText('the owner', wish.owner, 200),
    created_at: new Date(now).toISOString(),
    expires_at: new Date(wish.expiresAt).toISOString(),
  };
  const payload = Buffer.from(canonicalJson(statement));
  const sig = await signer.sign(preAuthentication(APPROVAL_TYPE, payload));
  const envelope = {
    payloadType: APPROVAL_TYPE,
    payload: payload.toString('base64'),
    signatures: [
      { keyid: sshKeyFingerprint(signer.publicKey), sig: Buffer.from(sig).toString('base64') },
    ],
  };
  return `${JSON.stringify(envelope, null, 2)}\n`;
}

/**
 * @param approvers an allowed-signers file: whose word counts here.
 * @returns the approval, its owner named with the key that signed.
 * @throws Refusal `WP-ATTESTATION-MALFORMED`, `WP-SIGNATURE-BAD`, `WP-SIGNER-UNKNOWN`,
 *   `WP-SIGNATURE-EXPIRED`, `WP-SIGNER-KEYS`, `WP-KEY-REVOKED`, `WP-USAGE`
 */
export function readSignedApproval(
  bytes: Uint8Array,
  approvers: {
    readonly text: string;
    readonly what: string;
    /** Keys that this user has revoked, as `authoritiesOf` names them: they approve nothing, whoever lists them. */
    readonly revoked?: readonly string[];
  },
  now: number,
): SignedWish {
  if (bytes.length > MAX_BYTES) {
    throw new Refusal('WP-SIGNATURE-LIMIT', { message: `${WHAT} has ${bytes.length} bytes` });
  }
  const envelope = fields.objectOf(parseStrictJson(bytes, WHAT), WHAT);
  const type = fields.stringOf(envelope, 'payloadType', WHAT);
  const payload = fields.bytesOf(envelope, 'payload', WHAT);
  if (type !== APPROVAL_TYPE) {
    throw new Refusal('WP-SIGNATURE-MALFORMED', { message: `${WHAT} is of the type "${type}"` });
  }
  const signers = allowedAt(approvers, now);
  const { principals, fingerprint } = whoSigned(
    envelope,
    preAuthentication(type, payload),
    signers,
  );
  if (approvers.revoked?.includes(`SSH key ${fingerprint}`) === true) {
    throw new Refusal('WP-KEY-REVOKED', {
      message: `${WHAT} is signed by the SSH key ${fingerprint}, which was revoked here`,
      hint: '`wheelproof trust key list` tells why; have somebody else approve the file.',
    });
  }
  const principal = `${principals} (SSH key ${fingerprint})`;
  return statementIn(payload, principal, now);
}

type Allowed = ReturnType<typeof readAllowedSigners>;

function allowedAt({ text, what }: { readonly text: string; readonly what: string }, now: number) {
  return readAllowedSigners(text, what).filter(
    ({ namespaces, validAfter, validBefore }) =>
      (namespaces === null || namespaces.includes(APPROVAL_NAMESPACE)) &&
      (validAfter ?? 0) <= now &&
      now < (validBefore ?? Infinity),
  );
}

/** Key ids are hints and are not signed (DSSE protocol): the keys themselves decide. */
function whoSigned(
  envelope: ReturnType<typeof fields.objectOf>,
  signed: Uint8Array,
  allowed: Allowed,
): Allowed[number] {
  const list = fields.listOf(envelope, 'signatures', WHAT, MAX_SIGNATURES);
  const keyids: string[] = [];
  for (const entry of list) {
    const signature = fields.objectOf(entry, WHAT);
    const sig = fields.bytesOf(signature, 'sig', WHAT);
    const keyid = fields.memberOf(signature, 'keyid');
    keyids.push(typeof keyid === 'string' ? keyid : '?');
    const by = allowed.find(
      ({ key }) => key.asymmetricKeyType === 'ed25519' && hasSigned(key, signed, sig),
    );
    if (by !== undefined) return by;
  }
  const known = allowed.some(({ fingerprint }) => keyids.includes(fingerprint));
  throw new Refusal(known ? 'WP-SIGNATURE-BAD' : 'WP-SIGNER-UNKNOWN', {
    message: `${WHAT}: expected a signature by one of ${allowed.length} approvers, found ${keyids.join(', ') || 'none'}`,
    hint: 'Whoever may approve here stands in the allowed-signers file that you give.',
  });
}

function statementIn(payload: Buffer, principal: string, now: number): SignedWish {
  const statement = fields.objectOf(parseStrictJson(payload, WHAT), WHAT);
  if (fields.memberOf(statement, 'version') !== VERSION) {
    throw new Refusal('WP-SIGNATURE-MALFORMED', { message: `${WHAT} is of another version` });
  }
  // A name that cannot be read is not any name.
  const isForAll = fields.memberOf(statement, 'project') === undefined;
  const project = isForAll ? null : fields.stringOf(statement, 'project', WHAT);
  const expiresAt = Date.parse(fields.stringOf(statement, 'expires_at', WHAT));
  if (Number.isNaN(expiresAt)) {
    throw new Refusal('WP-SIGNATURE-MALFORMED', { message: `${WHAT} has no end` });
  }
  if (expiresAt <= now) {
    const when = new Date(expiresAt).toISOString();
    throw new Refusal('WP-SIGNATURE-EXPIRED', { message: `${WHAT} ended ${when}` });
  }
  return {
    sha256: requireSha256(fields.stringOf(statement, 'sha256', WHAT)),
    project: project === null ? null : requireProject(project),
    reason: requireText('the reason', fields.stringOf(statement, 'reason', WHAT), 1_000),
    owner: requireText('the owner', principal, 200),
    expiresAt,
  };
}

// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { MAX_CHECKSUM_LINES } from '../core/limits.ts';
import type { SignerRule } from '../core/signer-rule.ts';
import {
  checkMinisign,
  checkSshSignature,
  readAllowedSigners,
  readMinisignKey,
  readMinisignSignature,
  readSshSignature,
} from '../crypto/index.ts';
import { checkClearSignedBy, checkDetachedBy, type Keyring } from './openpgp-signers.ts';
import { judgeSigners, type Signed, type SignerVerdict } from './signer-verdict.ts';
import type { DocumentSubject, SigstoreSigners } from './sigstore-document.ts';

/** A document that somebody signed, and what of it he signed. */
export interface SignedDocument {
  readonly text: string;
  readonly verdict: SignerVerdict;
}

export interface DocumentBy {
  readonly rule: SignerRule;
  /** Loaded only where an OpenPGP signature is there. */
  readonly keyring: () => Promise<Keyring>;
  readonly now: number;
  readonly sigstore?: SigstoreSigners | undefined;
  readonly subject: DocumentSubject;
}

/** Files beside a document that may hold its signature, by what the rule has keys for. */
export function companionsOf({
  openpgp,
  minisign,
  ssh,
  sigstore = [],
}: SignerRule): readonly string[] {
  return [
    ...(openpgp.length > 0 ? ['.asc'] : []),
    ...(minisign.length > 0 ? ['.minisig'] : []),
    ...(ssh.length > 0 || openpgp.length > 0 ? ['.sig'] : []),
    ...(sigstore.length > 0 ? ['.sigstore.json', '.sigstore'] : []),
  ];
}

/** RFC 9580, section 7; whatever stands before it is nobody's word. */
export function isClearSigned(document: Uint8Array): boolean {
  return Buffer.from(document).includes('-----BEGIN PGP SIGNED MESSAGE-----');
}

/**
 * @param what the document, for messages.
 * @param signatures beside it; none where they must be in the document itself.
 * @throws Refusal with the code of what is wrong.
 */
export async function readSignedDocument(
  what: string,
  document: Uint8Array,
  signatures: readonly Uint8Array[],
  by: DocumentBy,
): Promise<SignedDocument> {
  const { rule } = by;
  requireFewLines(what, document);
  if (signatures.length === 0) {
    if (rule.openpgp.length === 0) {
      throw new Refusal('WP-SIGNER-UNKNOWN', {
        message: `${what}: signed with OpenPGP, and ${rule.source} names no OpenPGP key`,
      });
    }
    const found = await checkClearSignedBy(document, { ...by, keyring: await by.keyring() });
    return { text: found.text, verdict: judgeSigners(what, found.signed, rule) };
  }
  const signed: Signed[] = [];
  for (const signature of signatures) signed.push(...(await checkBeside(document, signature, by)));
  return {
    text: Buffer.from(document).toString('utf8'),
    verdict: judgeSigners(what, signed, rule),
  };
}

/** Counted before anything is done with each of them. */
function requireFewLines(what: string, document: Uint8Array): void {
  let lines = 1;
  for (let at = document.indexOf(LF); at !== -1; at = document.indexOf(LF, at + 1)) lines += 1;
  if (lines <= MAX_CHECKSUM_LINES) return;
  throw new Refusal('WP-SIGNATURE-LIMIT', {
    message: `${what}: expected at most ${MAX_CHECKSUM_LINES} lines, found ${lines}`,
  });
}

const LF = 0x0a;

async function checkBeside(
  document: Uint8Array,
  signature: Uint8Array,
  by: DocumentBy,
): Promise<readonly Signed[]> {
  const head = Buffer.from(signature.subarray(0, 64)).toString('latin1').trimStart();
  if (head.startsWith('{')) {
    // It brings X.509 along, which no other signature needs.
    const { checkSigstore } = await import('./sigstore-document.ts');
    return [await checkSigstore(document, signature, { ...by, sigstore: by.sigstore })];
  }
  if (head.startsWith('-----BEGIN SSH SIGNATURE')) return [checkSsh(document, signature, by)];
  if (head.startsWith('untrusted comment:')) return [checkMini(document, signature, by.rule)];
  return await checkDetachedBy(document, signature, {
    ...by,
    keyring: await by.keyring(),
    ofText: true,
  });
}

function checkMini(document: Uint8Array, signature: Uint8Array, rule: SignerRule): Signed {
  const read = readMinisignSignature(signature);
  const keys = rule.minisign.map((text) => readMinisignKey(text, rule.source));
  const outcomes = keys
    .filter(({ id }) => id === read.id)
    .map((key) => checkMinisign(document, read, key));
  const outcome = outcomes.find(({ good }) => good) ?? outcomes[0];
  if (outcome === undefined) {
    const reason = `${rule.source} names no such key`;
    return { good: false, key: `minisign key ${read.id}`, code: 'WP-SIGNER-UNKNOWN', reason };
  }
  if (!outcome.good) return outcome;
  return {
    good: true,
    keys: [outcome.key],
    authorised: true,
    made: null,
    name: read.comment === '' ? null : read.comment,
  };
}

function checkSsh(document: Uint8Array, signature: Uint8Array, { rule, now }: DocumentBy): Signed {
  const read = readSshSignature(signature);
  const outcome = checkSshSignature(document, read);
  if (!outcome.good) return outcome;
  const { key } = outcome;
  if (read.namespace !== rule.sshNamespace) {
    const reason = `it is for "${read.namespace}", expected "${rule.sshNamespace}"`;
    return { good: false, key, code: 'WP-KEY-USAGE', reason };
  }
  const allowed = readAllowedSigners(rule.ssh.join('\n'), `${rule.source}, ssh`).filter(
    ({ fingerprint }) => fingerprint === read.fingerprint,
  );
  const fit = allowed.filter(
    ({ namespaces }) => namespaces === null || namespaces.includes(read.namespace),
  );
  const [signer] = fit.filter(
    ({ validAfter, validBefore }) => (validAfter ?? 0) <= now && now < (validBefore ?? Infinity),
  );
  if (signer === undefined && fit.length > 0) {
    // SSH signatures tell no time: what is over for the key is over for what it signed.
    const reason = 'the allowed-signers line does not hold now';
    return { good: false, key, code: 'WP-KEY-LIFE', reason };
  }
  const name = signer?.principals ?? null;
  return { good: true, keys: [key], authorised: signer !== undefined, made: null, name };
}

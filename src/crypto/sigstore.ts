// SPDX-License-Identifier: Apache-2.0
import { createHash, type KeyObject } from 'node:crypto';
import type { Code } from '../core/codes.ts';
import { Refusal } from '../core/errors.ts';
import { preAuthentication, type SignedContent, type SignedEntity } from './bundle.ts';
import { keyIdentifiers, maySign, type Certificate } from './certificate.ts';
import { chainFault, type AuthorityChain } from './certificate-chain.ts';
import { bodyFault } from './log-body.ts';
import { inclusionFault, type LogEntry } from './log-entry.ts';
import { hasSigned } from './signature.ts';
import { promisingLogs } from './signed-certificate-timestamp.ts';
import { identityOf, type SignerIdentity } from './signer-identity.ts';
import { signerUnder, timestampFault, type Timestamp } from './timestamp.ts';
import { isTrustedAt, type TrustedLog, type TrustedRoot } from './trusted-root.ts';

/** The file that a message signature is over; an envelope carries what it is over itself. */
export interface SignedFile {
  readonly sha256: Buffer;
  /** `null`: only its digest is at hand, and {@link verifiesDigest} decides. */
  readonly bytes: Uint8Array | null;
  readonly verifiesDigest?: (key: KeyObject, sha256: Buffer, signature: Buffer) => boolean;
}

export interface ProvedTime {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The log or the timestamp authority that says so. */
  readonly by: string;
}

/** What was proved, and nothing else. */
export interface SigstoreProof {
  /** `null`: signed by the key that the caller named. */
  readonly identity: SignerIdentity | null;
  /** At least one, unless the caller named the key; the certificate was valid at each. */
  readonly times: readonly ProvedTime[];
  readonly entries: readonly { readonly log: string; readonly index: number }[];
  readonly content: SignedContent;
}

const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';

const refuse = (code: Code, message: string): Refusal => new Refusal(code, { message });

/**
 * Verifies a Sigstore signature offline (Sigstore client specification, 4): every timestamp by an
 * authority of the trusted root and every log entry must hold; the certificate must have been valid,
 * with its whole chain, at every proved time; one log must have made it public, one must hold the
 * certificate. What the signed bytes say is left to the caller.
 * @param file what a message signature is over
 * @param key instead of a certificate
 * @throws Refusal `WP-ATTESTATION-*`
 */
export function verifySigstore(
  entity: SignedEntity,
  root: TrustedRoot,
  file: SignedFile | null,
  key: KeyObject | null = null,
): SigstoreProof {
  const { content, certificate } = entity;
  if ((certificate === null) === (key === null)) {
    throw refuse(
      'WP-ATTESTATION-SIGNATURE',
      certificate === null
        ? 'it was signed by a bare key, and none was named'
        : 'it was signed under a certificate, and a bare key was named',
    );
  }
  if (certificate !== null) refuseStranger(certificate, root);
  const signedSha256 = signedDigest(content, file);
  const stamped = timesOf(entity.timestamps, content.signature, root);
  const signer = certificate?.der ?? key?.export({ type: 'spki', format: 'der' });
  const logged = entity.entries.map((entry) => {
    const log = logOf(entry, root);
    const fault =
      inclusionFault(entry, log) ??
      bodyFault(entry, { content, signedSha256, signer: signer ?? Buffer.alloc(0) });
    if (fault !== null) throw refuse('WP-ATTESTATION-LOG', `${log.name}: ${fault}`);
    return { entry, log };
  });
  if (logged.length === 0) throw refuse('WP-ATTESTATION-LOG', 'no transparency log holds it');
  const times = [...stamped, ...logged.flatMap(({ entry, log }) => promisedTime(entry, log))];
  for (const { log } of logged) refuseUntimely(log, times);
  if (certificate !== null) verifyCertificate(certificate, root, times);
  const publicKey = certificate?.publicKey ?? key;
  if (publicKey === null || !isSigned(content, publicKey, file)) {
    throw refuse('WP-ATTESTATION-SIGNATURE', 'the signature is wrong');
  }
  return {
    identity: certificate === null ? null : identityOf(certificate),
    times,
    entries: logged.map(({ entry, log }) => ({ log: log.name, index: provedIndex(entry) })),
    content,
  };
}

/** Signed under an authority of another instance: not wrong, but nobody's word here. */
function refuseStranger(certificate: Certificate, root: TrustedRoot): void {
  const { issuer } = keyIdentifiers(certificate);
  const known = root.certificateAuthorities.some(({ certificates: [authority] }) => {
    if (authority === undefined || !authority.subject.equals(certificate.issuer)) return false;
    const { own } = keyIdentifiers(authority);
    return issuer === null || own === null || own.equals(issuer);
  });
  if (!known) {
    throw refuse(
      'WP-ATTESTATION-AUTHORITY',
      'its certificate comes from an authority that the trusted root does not hold',
    );
  }
}

function signedDigest(content: SignedContent, file: SignedFile | null): Buffer {
  if (content.form === 'dsse') {
    const signed = preAuthentication(content.payloadType, content.payload);
    return createHash('sha256').update(signed).digest();
  }
  if (file === null)
    throw refuse('WP-ATTESTATION-SIGNATURE', 'it is over a file, and none is there');
  if (content.sha256 !== null && !content.sha256.equals(file.sha256)) {
    throw refuse(
      'WP-ATTESTATION-DIGEST',
      `it is over sha256 ${content.sha256.toString('hex')}, the file has ${file.sha256.toString('hex')}`,
    );
  }
  return file.sha256;
}

function isSigned(content: SignedContent, key: KeyObject, file: SignedFile | null): boolean {
  const { signature } = content;
  if (content.form === 'dsse') {
    return hasSigned(key, preAuthentication(content.payloadType, content.payload), signature);
  }
  if (file === null) return false;
  if (file.bytes !== null) return hasSigned(key, file.bytes, signature);
  return file.verifiesDigest?.(key, file.sha256, signature) ?? false;
}

/** One time per authority of the trusted root, however many timestamps it made; strangers' are passed over. */
function timesOf(
  timestamps: readonly Timestamp[],
  signature: Buffer,
  root: TrustedRoot,
): readonly ProvedTime[] {
  return timestamps.flatMap((timestamp) => {
    const made = root.timestampAuthorities.filter(
      (authority) => signerUnder(timestamp, authority) !== null,
    );
    const faults = made.map((authority) => timestampFault(timestamp, signature, authority));
    const by = made[faults.indexOf(null)];
    if (by !== undefined) return [{ at: timestamp.time, by: by.name }];
    const [fault] = faults;
    if (fault === undefined) return [];
    throw refuse('WP-ATTESTATION-TIME', `a timestamp of the signature does not hold: ${fault}`);
  });
}

function logOf(entry: LogEntry, root: TrustedRoot): TrustedLog {
  const found = root.logs.find(({ ids }) => ids.some((id) => id.equals(entry.logId)));
  if (found !== undefined) return found;
  throw refuse('WP-ATTESTATION-LOG', 'it is in a log that the trusted root does not hold');
}

const promisedTime = ({ integratedTime, promise }: LogEntry, log: TrustedLog): ProvedTime[] =>
  integratedTime !== null && promise !== null ? [{ at: integratedTime, by: log.name }] : [];

/** The index across all shards is signed with the promise; without one, only the proof's own is proved. */
const provedIndex = ({ index, promise, proof }: LogEntry): number =>
  promise === null ? proof.index : index;

function refuseUntimely(log: TrustedLog, times: readonly ProvedTime[]): void {
  const timely = log.start !== null && times.every(({ at }) => isTrustedAt(log, at));
  if (!timely) {
    throw refuse(
      'WP-ATTESTATION-TIME',
      `${log.name}: the trusted root did not allow this log's key when the signature was made`,
    );
  }
}

function verifyCertificate(
  certificate: Certificate,
  root: TrustedRoot,
  times: readonly ProvedTime[],
): void {
  const [first] = times;
  if (first === undefined) {
    throw refuse(
      'WP-ATTESTATION-TIME',
      'nobody whom the trusted root holds says when it was signed',
    );
  }
  let chain: AuthorityChain | undefined;
  for (const { at, by } of times) {
    const faults = root.certificateAuthorities.map((authority) =>
      chainFault(certificate, authority, at),
    );
    chain = root.certificateAuthorities[faults.indexOf(null)];
    if (chain !== undefined) continue;
    const moment = new Date(at).toISOString();
    const why = [...new Set(faults.map((fault) => fault?.why))].join('; ');
    const code = faults.some((fault) => fault?.about === 'time')
      ? 'WP-ATTESTATION-TIME'
      : 'WP-ATTESTATION-CERTIFICATE';
    throw refuse(code, `its certificate does not hold at ${moment} (${by}): ${why}`);
  }
  const issuer = chain?.certificates[0];
  if (!maySign(certificate, CODE_SIGNING)) {
    throw refuse('WP-ATTESTATION-CERTIFICATE', 'its certificate is not for signing code');
  }
  if (
    issuer === undefined ||
    promisingLogs(certificate, issuer, root.certificateLogs).length === 0
  ) {
    throw refuse(
      'WP-ATTESTATION-CERTIFICATE',
      'no certificate transparency log of the trusted root promises its certificate',
    );
  }
}

// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { SignedEntity } from './bundle.ts';
import type { Certificate } from './certificate.ts';
import { chainFault } from './certificate-chain.ts';
import type { LogEntry } from './log-entry.ts';
import type { SigstoreProof } from './sigstore.ts';
import { promisingLogs } from './signed-certificate-timestamp.ts';
import type { TrustedRoot } from './trusted-root.ts';

/** A certificate, as people compare it. */
export interface CertificateWords {
  readonly subject: string;
  readonly sha256: string;
  readonly serial: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** A log entry with what proves that it is in the log. */
export interface EntryWords {
  readonly log: string;
  /** As it is looked up, and within its own tree. */
  readonly index: number;
  readonly leaf: number;
  readonly kind: string;
  /** Milliseconds since 1970; `null` where the log states no time. */
  readonly integratedAt: number | null;
  readonly isPromised: boolean;
  readonly treeSize: number;
  readonly rootHash: string;
  readonly checkpoint: string;
}

/** Every step from a signature to the trusted root, for people and programs that retrace it. */
export interface ProofSteps {
  readonly key: string;
  readonly certificate: CertificateWords | null;
  /** From the authority that certified the signer up to the anchor in the trusted root. */
  readonly authorities: readonly CertificateWords[];
  readonly certificateLogs: readonly string[];
  readonly entries: readonly EntryWords[];
}

/** Tells how a signature that {@link verifySigstore} has proved hangs on the trusted root. */
export function describeProof(
  { certificate, entries }: SignedEntity,
  root: TrustedRoot,
  { times, entries: proved }: SigstoreProof,
): ProofSteps {
  const [first] = times;
  const chain =
    certificate === null || first === undefined
      ? undefined
      : root.certificateAuthorities.find((one) => chainFault(certificate, one, first.at) === null);
  const [issuer] = chain?.certificates ?? [];
  const promising =
    certificate === null || issuer === undefined
      ? []
      : promisingLogs(certificate, issuer, root.certificateLogs);
  return {
    key: certificate === null ? 'a key that was named' : keyWords(certificate),
    certificate: certificate === null ? null : certificateWords(certificate),
    authorities: (chain?.certificates ?? []).map(certificateWords),
    certificateLogs: promising.map(({ name }) => name),
    entries: entries.map((entry, at) => entryWords(entry, proved[at])),
  };
}

function keyWords({ publicKey }: Certificate): string {
  const { namedCurve, modulusLength } = publicKey.asymmetricKeyDetails ?? {};
  return [publicKey.asymmetricKeyType, namedCurve ?? modulusLength]
    .filter((part) => part !== undefined)
    .join(' ');
}

function certificateWords({ der, serial, native, notBefore, notAfter }: Certificate) {
  return {
    subject: native.subject?.replaceAll('\n', ', ') || 'no name of its own',
    sha256: createHash('sha256').update(der).digest('hex'),
    serial: serial.toString('hex'),
    notBefore,
    notAfter,
  };
}

function entryWords(
  entry: LogEntry,
  proved: SigstoreProof['entries'][number] | undefined,
): EntryWords {
  const { proof, kind, version, integratedTime, promise } = entry;
  return {
    log: proved?.log ?? '',
    index: proved?.index ?? entry.index,
    leaf: proof.index,
    kind: `${kind} ${version}`,
    integratedAt: integratedTime,
    isPromised: promise !== null,
    treeSize: proof.size,
    rootHash: proof.root.toString('hex'),
    checkpoint: proof.checkpoint.origin,
  };
}

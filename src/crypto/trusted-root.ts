// SPDX-License-Identifier: Apache-2.0
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { canonicalJson } from '../core/canonical-json.ts';
import { Refusal } from '../core/errors.ts';
import { MAX_TRUSTED_ROOT_BYTES, MAX_TRUSTED_ROOT_ENTRIES } from '../core/limits.ts';
import { authorityDepth, readCertificate, type Certificate } from './certificate.ts';
import { linkFault, type AuthorityChain } from './certificate-chain.ts';
import {
  bytesOf,
  childOf,
  listOf,
  memberOf,
  objectOf,
  stringOf,
  type JsonObject,
} from './json-fields.ts';
import { malformed } from './malformed.ts';
import { parseStrictJson } from './strict-json.ts';

/** A transparency log and the time for which its key counts. */
export interface TrustedLog {
  /** Scheme and trailing slash removed: what its checkpoints are signed as. */
  readonly name: string;
  readonly ids: readonly Buffer[];
  /** The first four bytes of what its checkpoints' signatures begin with. */
  readonly keyHint: Buffer;
  readonly key: KeyObject;
  /** Milliseconds since 1970, both inclusive. `null`: never said, so never valid. */
  readonly start: number | null;
  readonly end: number;
}

/** A timestamp authority: who signs timestamps, and under whom. */
export interface TimestampAuthority {
  readonly name: string;
  /** `null` where the trusted root leaves it to the timestamps to bring it. */
  readonly leaf: Certificate | null;
  readonly chain: AuthorityChain;
}

/** Whom one Sigstore instance's signatures are verified against. */
export interface TrustedRoot {
  /** sha256 of its canonical JSON: two files that say the same have one id. */
  readonly id: string;
  readonly logs: readonly TrustedLog[];
  readonly certificateLogs: readonly TrustedLog[];
  readonly certificateAuthorities: readonly AuthorityChain[];
  readonly timestampAuthorities: readonly TimestampAuthority[];
}

const MEDIA_TYPES: ReadonlySet<string> = new Set([
  'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  'application/vnd.dev.sigstore.trustedroot.v0.1+json',
  'application/vnd.dev.sigstore.trustedroot+json;version=0.2',
  'application/vnd.dev.sigstore.trustedroot.v0.2+json',
]);

/**
 * Reads a Sigstore `trusted_root.json` (protobuf-specs, `TrustedRoot`).
 * @throws Refusal `WP-TRUSTED-ROOT`
 */
export function readTrustedRoot(bytes: Uint8Array): TrustedRoot {
  try {
    if (bytes.length > MAX_TRUSTED_ROOT_BYTES) throw malformed('it is too large');
    return readRoot(objectOf(parseStrictJson(bytes, 'the trusted root'), 'the trusted root'));
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Refusal('WP-TRUSTED-ROOT', {
      message: `the trusted root cannot be used: ${why}`,
      cause: thrown,
    });
  }
}

function readRoot(root: JsonObject): TrustedRoot {
  const mediaType = stringOf(root, 'mediaType', 'the trusted root');
  if (!MEDIA_TYPES.has(mediaType)) throw malformed(`its media type is ${mediaType}`);
  const entries = (name: string): readonly JsonObject[] =>
    listOf(root, name, 'the trusted root', MAX_TRUSTED_ROOT_ENTRIES).map((entry) =>
      objectOf(entry, name),
    );
  return {
    id: createHash('sha256').update(canonicalJson(root)).digest('hex'),
    logs: entries('tlogs').map((log) => readLog(log, 'tlogs')),
    certificateLogs: entries('ctlogs').map((log) => readLog(log, 'ctlogs')),
    certificateAuthorities: entries('certificateAuthorities').map((authority) =>
      chainOf(certificatesOf(authority), authority),
    ),
    timestampAuthorities: entries('timestampAuthorities').map(readTimestampAuthority),
  };
}

function readLog(log: JsonObject, what: string): TrustedLog {
  const publicKey = childOf(log, 'publicKey', what);
  const id = bytesOf(childOf(log, 'logId', what), 'keyId', what);
  const checkpointId = memberOf(log, 'checkpointKeyId');
  const hintId =
    checkpointId === undefined ? id : bytesOf(objectOf(checkpointId, what), 'keyId', what);
  const der = bytesOf(publicKey, 'rawBytes', what);
  const pkcs1 = String(memberOf(publicKey, 'keyDetails')).startsWith('PKCS1_');
  return {
    name: stringOf(log, 'baseUrl', what)
      .replace(/^https?:\/\//u, '')
      .replace(/\/+$/u, ''),
    ids: [id, hintId],
    keyHint: hintId.subarray(0, 4),
    key: createPublicKey({ key: der, format: 'der', type: pkcs1 ? 'pkcs1' : 'spki' }),
    ...readPeriod(publicKey),
  };
}

function readTimestampAuthority(authority: JsonObject): TimestampAuthority {
  const certificates = certificatesOf(authority);
  const [first] = certificates;
  const leaf = first !== undefined && authorityDepth(first) === null ? first : null;
  const name = memberOf(authority, 'uri');
  return {
    name: typeof name === 'string' ? name : '',
    leaf,
    chain: chainOf(leaf === null ? certificates : certificates.slice(1), authority),
  };
}

function certificatesOf(authority: JsonObject): readonly Certificate[] {
  const chain = childOf(authority, 'certChain', 'an authority');
  return listOf(chain, 'certificates', 'an authority', MAX_TRUSTED_ROOT_ENTRIES).map((entry) =>
    readCertificate(bytesOf(objectOf(entry, 'a certificate'), 'rawBytes', 'a certificate')),
  );
}

function chainOf(certificates: readonly Certificate[], authority: JsonObject): AuthorityChain {
  const fault = linkFault(certificates);
  if (fault !== null) throw malformed(fault);
  const { start, end } = readPeriod(authority);
  // What was never said to be valid never is.
  return { certificates, start: start ?? Infinity, end };
}

function readPeriod(holder: JsonObject): { readonly start: number | null; readonly end: number } {
  const period = memberOf(holder, 'validFor');
  if (period === undefined) return { start: null, end: Infinity };
  const fields = objectOf(period, 'validFor');
  return { start: momentOf(fields, 'start'), end: momentOf(fields, 'end') ?? Infinity };
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/u;

function momentOf(period: JsonObject, name: string): number | null {
  const text = memberOf(period, name);
  if (text === undefined) return null;
  const at = typeof text === 'string' && RFC3339.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) throw malformed(`validFor: ${name} is not a time`);
  return at;
}

export const isTrustedAt = (log: TrustedLog, time: number): boolean =>
  log.start !== null && log.start <= time && time <= log.end;

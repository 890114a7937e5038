// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { Certificate } from './certificate.ts';
import { constructed, elementsOf, expectTag, oidOf, readDer, TAG, type Der } from './der.ts';
import { malformed } from './malformed.ts';
import { hasSigned } from './signature.ts';
import { isTrustedAt, type TrustedLog } from './trusted-root.ts';

const SCT_LIST = '1.3.6.1.4.1.11129.2.4.2';

interface SignedCertificateTimestamp {
  readonly logId: Buffer;
  readonly time: number;
  /** From the version up to the extensions: what is signed, but for the certificate. */
  readonly head: Buffer;
  readonly extensions: Buffer;
  readonly signature: Buffer;
}

/**
 * The certificate transparency logs that promise this certificate (RFC 6962, 3.2 and 3.3): those of
 * the trusted root, each promise's signature verified. What logs say that nobody trusts is passed over.
 * @throws Refusal `WP-ATTESTATION-MALFORMED`
 */
export function promisingLogs(
  leaf: Certificate,
  issuer: Certificate,
  logs: readonly TrustedLog[],
): readonly TrustedLog[] {
  const extension = leaf.extensions.get(SCT_LIST);
  if (extension === undefined) return [];
  const timestamps = readList(expectTag(readDer(extension.value), TAG.octetString).content);
  const precertificate = precertificateOf(leaf);
  const issuerHash = createHash('sha256').update(issuer.spki).digest();
  const found = new Set<TrustedLog>();
  for (const timestamp of timestamps) {
    const signed = Buffer.concat([
      timestamp.head,
      issuerHash,
      uint(precertificate.length, 3),
      precertificate,
      uint(timestamp.extensions.length, 2),
      timestamp.extensions,
    ]);
    for (const log of logs) {
      const named = log.ids.some((id) => id.equals(timestamp.logId));
      if (!named || !isTrustedAt(log, timestamp.time)) continue;
      if (hasSigned(log.key, signed, timestamp.signature)) found.add(log);
    }
  }
  return [...found];
}

function uint(value: number, bytes: number): Buffer {
  const out = Buffer.alloc(bytes);
  out.writeUIntBE(value, 0, bytes);
  return out;
}

/** The signed part of the certificate as the log saw it: without the list of promises. */
function precertificateOf(leaf: Certificate): Buffer {
  const fields = leaf.tbsFields.map((field) =>
    field.tag === constructed(3) ? withoutPromises(field) : field.bytes,
  );
  return element(TAG.sequence, fields);
}

function withoutPromises(holder: Der): Buffer {
  const [list] = elementsOf(holder, constructed(3));
  const kept = elementsOf(expectTag(list, TAG.sequence)).filter(
    (extension) => oidOf(elementsOf(extension)[0]) !== SCT_LIST,
  );
  return element(constructed(3), [
    element(
      TAG.sequence,
      kept.map(({ bytes }) => bytes),
    ),
  ]);
}

function element(tag: number, contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
  return Buffer.concat([Buffer.from([tag, 0x80 | size]), uint(length, size), content]);
}

/** TLS encoding: every vector behind its length (RFC 8446, 3.4). */
function readList(bytes: Buffer): readonly SignedCertificateTimestamp[] {
  const outer = new Reader(bytes);
  const list = new Reader(outer.vector());
  outer.end();
  const found: SignedCertificateTimestamp[] = [];
  while (!list.done) found.push(readTimestamp(list.vector()));
  return found;
}

const CERTIFICATE_TIMESTAMP = 0;
const PRECERTIFICATE = Buffer.from([0, 1]);
const SHA256 = 4;

function readTimestamp(bytes: Buffer): SignedCertificateTimestamp {
  const reader = new Reader(bytes);
  const version = reader.take(1);
  const logId = reader.take(32);
  const time = reader.take(8);
  const extensions = reader.vector();
  const [hash] = reader.take(2);
  const signature = reader.vector();
  reader.end();
  if (version[0] !== 0 || hash !== SHA256) {
    throw malformed('a certificate timestamp is of an unknown version or hash');
  }
  const head = Buffer.concat([version, Buffer.from([CERTIFICATE_TIMESTAMP]), time, PRECERTIFICATE]);
  return { logId, time: Number(time.readBigUInt64BE()), head, extensions, signature };
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw malformed('a certificate timestamp is cut short');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  vector(): Buffer {
    return this.take(this.take(2).readUInt16BE());
  }

  end(): void {
    if (!this.done) throw malformed('bytes follow a certificate timestamp');
  }
}

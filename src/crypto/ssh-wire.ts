// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, type KeyObject } from 'node:crypto';
import { Refusal } from '../core/errors.ts';

/** Fields of the SSH protocol (RFC 4251, section 5). Throws `WP-SIGNATURE-MALFORMED`. */
export class SshFields {
  #rest: Buffer;
  readonly #what: string;

  constructor(bytes: Uint8Array, what: string) {
    this.#rest = Buffer.from(bytes);
    this.#what = what;
  }

  take(size: number): Buffer {
    if (size > this.#rest.length) throw this.wrong('it is cut off');
    const taken = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    return taken;
  }

  number(): number {
    return this.take(4).readUInt32BE();
  }

  bytes(): Buffer {
    return this.take(this.number());
  }

  text(): string {
    return this.bytes().toString('latin1');
  }

  /** A positive number, without the zero byte before its highest bit. */
  magnitude(): Buffer {
    const bytes = this.bytes();
    const [first = 0x80, second = 0] = bytes;
    if (first >= 0x80) throw this.wrong('a number in it is negative or missing');
    if (first !== 0) return bytes;
    if (bytes.length === 1 || second < 0x80) throw this.wrong('a number in it has two spellings');
    return bytes.subarray(1);
  }

  end(): void {
    if (this.#rest.length > 0) throw this.wrong('something follows it');
  }

  wrong(why: string): Refusal {
    return new Refusal('WP-SIGNATURE-MALFORMED', { message: `${this.#what}: ${why}` });
  }
}

export function sshString(bytes: Uint8Array | string): Buffer {
  const content = Buffer.from(bytes);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

/** A key of an SSH public key blob. */
export interface SshKey {
  readonly type: string;
  readonly key: KeyObject;
  /** Of keys in security tokens: what they are for, part of what they sign. */
  readonly application: string | null;
}

const CURVES: Readonly<Record<string, readonly [crv: string, size: number]>> = {
  nistp256: ['P-256', 32],
  nistp384: ['P-384', 48],
  nistp521: ['P-521', 66],
};

/**
 * RFC 4253, section 6.6; RFC 5656, section 3.1; RFC 8709, section 4; OpenSSH PROTOCOL.u2f.
 * @throws Refusal `WP-SIGNATURE-MALFORMED`; `WP-SIGNATURE-WEAK` for DSA.
 */
export function readSshKey(blob: Uint8Array, what: string): SshKey {
  const fields = new SshFields(blob, what);
  const type = fields.text();
  const read = (): SshKey => {
    if (type === 'ssh-ed25519') return { type, key: ed25519(fields), application: null };
    if (type === 'ssh-rsa') return { type, key: rsa(fields), application: null };
    if (type === 'sk-ssh-ed25519@openssh.com') {
      return { type, key: ed25519(fields), application: fields.text() };
    }
    const [, token = '', curve = ''] = /^(sk-)?ecdsa-sha2-(nistp\d+)/u.exec(type) ?? [];
    const name = token === '' ? `ecdsa-sha2-${curve}` : `sk-ecdsa-sha2-${curve}@openssh.com`;
    if (name === type && Object.hasOwn(CURVES, curve)) {
      const key = ecdsa(fields, curve);
      return { type, key, application: token === '' ? null : fields.text() };
    }
    if (type === 'ssh-dss') {
      throw new Refusal('WP-SIGNATURE-WEAK', { message: `${what}: a DSA key` });
    }
    throw fields.wrong('a key of a type that is not known here');
  };
  const found = readQuietly(read, fields);
  fields.end();
  return found;
}

/** OpenSSL says in its own words what is no key. */
function readQuietly(read: () => SshKey, fields: SshFields): SshKey {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof Refusal) throw thrown;
    throw fields.wrong('no key that can be used');
  }
}

function ed25519(fields: SshFields): KeyObject {
  const x = fields.bytes();
  if (x.length !== 32) throw fields.wrong('an Ed25519 key of the wrong length');
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') };
  return createPublicKey({ key: jwk, format: 'jwk' });
}

function rsa(fields: SshFields): KeyObject {
  const e = fields.magnitude().toString('base64url');
  const n = fields.magnitude().toString('base64url');
  return createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' });
}

function ecdsa(fields: SshFields, curve: string): KeyObject {
  const [crv = '', size = 0] = CURVES[curve] ?? [];
  if (fields.text() !== curve) throw fields.wrong('the key names two curves');
  const point = fields.bytes();
  if (point.length !== 1 + 2 * size || point[0] !== 4) throw fields.wrong('no uncompressed point');
  const x = point.subarray(1, 1 + size).toString('base64url');
  const y = point.subarray(1 + size).toString('base64url');
  return createPublicKey({ key: { kty: 'EC', crv, x, y }, format: 'jwk' });
}

// SPDX-License-Identifier: Apache-2.0
import { createConnection } from 'node:net';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { Refusal } from '../core/errors.ts';
import type { Signer } from '../core/tuf-repository.ts';

/* The client's side of the SSH agent protocol (RFC 9987): list keys, sign with an Ed25519 key. */

const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;
/** RFC 8709. */
const ED25519 = 'ssh-ed25519';
/** What an agent answers at most. */
const MAX_ANSWER = 256 * 1024;
const MAX_KEYS = 1_000;
/** Somebody may have to touch a token or type a passphrase. */
const PATIENCE_MS = 120_000;

interface AgentKey extends Signer {
  readonly comment: string;
  /** As `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
}

/**
 * The Ed25519 keys of the agent that listens at this socket.
 * @throws Refusal `WP-TUF-KEY` where none answers as an agent does.
 */
export async function agentKeys(socket: string): Promise<readonly AgentKey[]> {
  const answer = await ask(socket, Buffer.from([REQUEST_IDENTITIES]));
  const fields = new Wire(answer, socket);
  if (fields.byte() !== IDENTITIES_ANSWER) throw wrong(socket, 'it lists no keys');
  const count = fields.length();
  if (count > MAX_KEYS) throw wrong(socket, `it says that it holds ${count} keys`);
  const keys: AgentKey[] = [];
  for (let number = 0; number < count; number++) {
    const blob = fields.bytes();
    const comment = fields.bytes().toString('utf8');
    const key = ed25519Of(blob, socket);
    if (key !== null) keys.push(signerOf(socket, key, { blob, comment }));
  }
  return keys;
}

/**
 * @param wanted a public key in hexadecimal, a fingerprint (`SHA256:…`) or a comment.
 * @throws Refusal `WP-TUF-KEY` where the agent holds none such, or two.
 */
export async function agentSigner(socket: string, wanted: string): Promise<Signer> {
  const keys = await agentKeys(socket);
  const found = keys.filter((key) =>
    [key.publicKey, key.fingerprint, key.comment].includes(wanted),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new Refusal('WP-TUF-KEY', {
    message: `the SSH agent holds ${found.length} Ed25519 keys with the comment or fingerprint "${wanted}", expected one`,
    hint: 'See `ssh-add -l`; add a key with `ssh-add`.',
  });
}

function ed25519Of(blob: Buffer, socket: string): Buffer | null {
  const fields = new Wire(blob, socket);
  if (fields.bytes().toString('latin1') !== ED25519) return null;
  const raw = fields.bytes();
  return raw.length === 32 ? raw : null;
}

function signerOf(
  socket: string,
  raw: Buffer,
  { blob, comment }: { readonly blob: Buffer; readonly comment: string },
): AgentKey {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') };
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const digest = createHash('sha256').update(blob).digest('base64').replaceAll('=', '');
  return {
    publicKey: raw.toString('hex'),
    comment,
    fingerprint: `SHA256:${digest}`,
    async sign(message) {
      const flags = Buffer.alloc(4);
      const request = [Buffer.from([SIGN_REQUEST]), counted(blob), counted(message), flags];
      const fields = new Wire(await ask(socket, Buffer.concat(request)), socket);
      if (fields.byte() !== SIGN_RESPONSE) throw wrong(socket, `it does not sign with ${comment}`);
      const inner = new Wire(fields.bytes(), socket);
      const scheme = inner.bytes().toString('latin1');
      const signature = inner.bytes();
      if (scheme === ED25519 && verify(null, message, key, signature)) return signature;
      throw wrong(socket, `what it signed with ${comment} does not verify`);
    },
  };
}

/** One request, one answer, one connection. */
async function ask(socket: string, request: Buffer): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    const connection = createConnection(socket);
    const fail = (why: string): void => {
      connection.destroy();
      reject(wrong(socket, why));
    };
    let found = Buffer.alloc(0);
    connection.setTimeout(PATIENCE_MS, () => fail('it does not answer'));
    connection.once('error', (error) => fail(error.message));
    connection.once('close', () => fail('it hung up'));
    connection.on('data', (chunk: Buffer) => {
      found = Buffer.concat([found, chunk]);
      if (found.length < 4) return;
      const length = found.readUInt32BE(0);
      if (length > MAX_ANSWER || found.length > length + 4) return fail('its answer is too long');
      if (found.length < length + 4) return;
      connection.destroy();
      resolve(found.subarray(4));
    });
    connection.write(counted(request));
  });
}

function counted(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** RFC 4251, section 5. */
class Wire {
  #rest: Buffer;
  readonly #socket: string;

  constructor(bytes: Buffer, socket: string) {
    this.#rest = bytes;
    this.#socket = socket;
  }

  byte(): number {
    return this.#take(1).readUInt8();
  }

  length(): number {
    return this.#take(4).readUInt32BE();
  }

  bytes(): Buffer {
    return this.#take(this.length());
  }

  #take(size: number): Buffer {
    if (size > this.#rest.length) throw wrong(this.#socket, 'its answer is cut off');
    const taken = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    return taken;
  }
}

function wrong(socket: string, why: string): Refusal {
  return new Refusal('WP-TUF-KEY', {
    message: `the SSH agent at ${socket}: ${why}`,
    hint: 'Check SSH_AUTH_SOCK and `ssh-add -l`.',
  });
}

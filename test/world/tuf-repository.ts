// SPDX-License-Identifier: Apache-2.0
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto';
import type { Signer as PortSigner } from '../../src/core/tuf-repository.ts';
import type { Json, JsonObject } from '../../src/core/strict-json.ts';
import type { MetadataSource, MetadataStore } from '../../src/tuf/index.ts';
import { olpcJson } from '../../src/tuf/olpc-json.ts';

/** A key of the repository's world: whoever holds it can sign. */
export interface Signer {
  readonly keyid: string;
  readonly stated: JsonObject;
  readonly secret: KeyObject;
}

export function makeSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const stated = {
    keytype: 'ed25519',
    scheme: 'ed25519',
    keyval: { public: raw.toString('hex') },
  };
  const keyid = createHash('sha256').update(olpcJson(stated)).digest('hex');
  return { keyid, stated, secret: privateKey };
}

/** A document with the signatures of these. */
export function signed(content: Json, signers: readonly Signer[]): Uint8Array {
  const message = Buffer.from(olpcJson(content), 'utf8');
  const signatures = signers.map(({ keyid, secret }) => ({
    keyid,
    sig: sign(null, message, secret).toString('hex'),
  }));
  return Buffer.from(JSON.stringify({ signatures, signed: content }), 'utf8');
}

const FAR = '2100-01-01T00:00:00Z';

/** A small repository in memory: every document can be replaced by a lie. */
export class TufRepository implements MetadataSource {
  readonly signers = {
    root: makeSigner(),
    timestamp: makeSigner(),
    snapshot: makeSigner(),
    targets: makeSigner(),
  };
  readonly files = new Map<string, Uint8Array>();
  readonly asked: string[] = [];
  readonly delegated = new Map<string, number>();
  /** Who signs the targets. */
  targetsSigners: readonly Signer[] = [this.signers.targets];

  /** What the root says; `over` changes it. */
  root(version: number, over: JsonObject = {}): JsonObject {
    const { signers } = this;
    const role = ({ keyid }: Signer): Json => ({ keyids: [keyid], threshold: 1 });
    return {
      _type: 'root',
      spec_version: '1.0.31',
      version,
      expires: FAR,
      consistent_snapshot: true,
      keys: Object.fromEntries(Object.values(signers).map(({ keyid, stated }) => [keyid, stated])),
      roles: {
        root: role(signers.root),
        timestamp: role(signers.timestamp),
        snapshot: role(signers.snapshot),
        targets: role(signers.targets),
      },
      ...over,
    };
  }

  /** Publishes root 1 and the rest at this version. @returns the root to begin with. */
  publish(version: number, targets: JsonObject = {}, over: JsonObject = {}): Uint8Array {
    const { signers, files } = this;
    const root = signed(this.root(1), [signers.root]);
    files.set('1.root.json', root);
    const content = { ...head('targets', version), targets, ...over };
    files.set(`${version}.targets.json`, signed(content, this.targetsSigners));
    const meta: Record<string, Json> = { 'targets.json': { version } };
    for (const [role, number] of this.delegated) meta[`${role}.json`] = { version: number };
    const snapshot = { ...head('snapshot', version), meta };
    files.set(`${version}.snapshot.json`, signed(snapshot, [signers.snapshot]));
    this.publishTimestamp(version, version);
    return root;
  }

  publishTimestamp(version: number, snapshot: number, over: JsonObject = {}): void {
    const meta = { 'snapshot.json': { version: snapshot } };
    const content = { ...head('timestamp', version), meta, ...over };
    this.files.set('timestamp.json', signed(content, [this.signers.timestamp]));
  }

  fetch(name: string): Promise<Uint8Array | null> {
    this.asked.push(name);
    return Promise.resolve(this.files.get(name) ?? null);
  }
}

export function head(type: string, version: number): Record<string, Json> {
  return { _type: type, spec_version: '1.0.31', version, expires: FAR };
}

/** What signed metadata says of a target. */
export function targetOf(bytes: Uint8Array): JsonObject {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { length: bytes.length, hashes: { sha256 } };
}

/** A client's memory. */
export class TufStore implements MetadataStore {
  readonly kept = new Map<string, Uint8Array>();

  load(role: string): Promise<Uint8Array | null> {
    return Promise.resolve(this.kept.get(role) ?? null);
  }

  save(role: string, bytes: Uint8Array): Promise<void> {
    this.kept.set(role, bytes);
    return Promise.resolve();
  }

  remove(role: string): Promise<void> {
    this.kept.delete(role);
    return Promise.resolve();
  }
}

/** The same key as the port that the writer signs through. */
export function signerOf({ secret }: Signer): PortSigner {
  const { x } = createPublicKey(secret).export({ format: 'jwk' });
  return {
    publicKey: Buffer.from(x ?? '', 'base64url').toString('hex'),
    sign: (message) => Promise.resolve(sign(null, message, secret)),
  };
}

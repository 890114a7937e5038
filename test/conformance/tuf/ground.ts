// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/core/strict-json.ts';
import type { Signer } from '../../../src/core/tuf-repository.ts';
import { openStagedFolder, placeFile } from '../../../src/storage/index.ts';
import { binsText, rootText, targetsText } from '../../../src/tuf/documents.ts';
import { hashedPath, PROFILES, RepositoryWriter, rotateOnline } from '../../../src/tuf/index.ts';
import { createFromDocuments } from '../../../src/tuf/new-repository.ts';
import { olpcJson } from '../../../src/tuf/olpc-json.ts';
import { sealText, statedKey } from '../../../src/tuf/signing.ts';

/* A repository that our writer made: 2 of 3 holders, a claimed project, 16 succinct bins, consistent
 * snapshots, and a root that was rotated. */

const lives = PROFILES.server;
const HEAD = { version: 1, expires: Date.now() + lives.offline };
const SHAPE = { bits: 4, prefix: 'bin' };

export const PATHS = {
  changed: 'packages/a/a-1.0.tar.gz',
  removed: 'packages/b/b-1.0.tar.gz',
  added: 'packages/c/c-1.0.tar.gz',
  claimed: 'packages/alpha/alpha-1.0.tar.gz',
  nobodys: 'packages/alpha/alpha-6.6.6.tar.gz',
} as const;

export interface Keys {
  readonly holders: readonly Signer[];
  readonly developer: Signer;
  /** Before and after the rotation. */
  readonly first: Signer;
  readonly online: Signer;
  readonly stranger: Signer;
}

export class Ground {
  readonly root = mkdtempSync(join(tmpdir(), 'tuf-referee-'));
  /** The first may hold their key in a token. */
  readonly keys: Omit<Keys, 'holders'> & { holders: readonly Signer[] } = {
    holders: [makeSigner(), makeSigner(), makeSigner()],
    developer: makeSigner(),
    first: makeSigner(),
    online: makeSigner(),
    stranger: makeSigner(),
  };
  readonly #server = createServer((request, answer) => {
    const path = join(this.root, decodeURIComponent(request.url ?? ''));
    if (existsSync(path)) answer.writeHead(200).end(readFileSync(path));
    else answer.writeHead(404).end();
  });

  /** @returns where the ground is served. */
  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
  }

  close(): void {
    this.#server.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  copy(from: string, to: string): string {
    cpSync(join(this.root, from), join(this.root, to), { recursive: true });
    return join(this.root, to);
  }

  async folder(at: string) {
    return await openStagedFolder(join(this.root, at, 'metadata'));
  }

  async put(at: string, path: string, text: string) {
    const sha256 = hash('sha256', text, 'hex');
    await placeFile(join(this.root, at, 'targets'), hashedPath(path, sha256), Buffer.from(text));
    return { path, target: { length: text.length, sha256 } };
  }

  /** The first state: root 1. */
  async create(at: string): Promise<void> {
    const { holders, developer, first } = this.keys;
    const names = new Map(holders.map(({ publicKey }, place) => [publicKey, `holder-${place}`]));
    const keys = holders.map(({ publicKey }) => publicKey);
    const seal = async (role: string, text: string, signers: readonly Signer[]) => ({
      role,
      version: 1,
      bytes: await sealText(text, signers),
    });
    const online = first.publicKey;
    const root = rootText(HEAD, { holders: keys, threshold: 2, online, names });
    const alpha = await this.put(at, PATHS.claimed, 'alpha');
    const claimed = claimedText(alpha.path, alpha.target);
    await createFromDocuments(
      await this.folder(at),
      {
        root: await seal('root', root, holders),
        others: [
          await seal('targets', withClaim(targetsText(HEAD, keys, 2), developer), holders),
          await seal('claimed-alpha', claimed, [developer]),
          await seal('bins', binsText(HEAD, online, SHAPE), holders),
        ],
      },
      {
        shape: SHAPE,
        online: first,
        lives,
        now: Date.now(),
        targets: [await this.put(at, PATHS.changed, 'old'), await this.put(at, PATHS.removed, 'b')],
      },
    );
  }

  /** One file changed, one added, one removed. */
  async change(at: string): Promise<void> {
    const writer = await RepositoryWriter.open(await this.folder(at), lives);
    const changes = [
      await this.put(at, PATHS.changed, 'new'),
      await this.put(at, PATHS.added, 'c'),
      { path: PATHS.removed, target: null },
    ];
    await writer.publish(changes, this.keys.first, Date.now());
  }

  async rotate(at: string): Promise<void> {
    const { holders, first, online } = this.keys;
    const wish = { next: online, old: first, holders: holders.slice(0, 2), lives, now: Date.now() };
    await rotateOnline(await this.folder(at), wish);
  }

  /** With the key after the rotation. */
  async publishAgain(at: string): Promise<void> {
    const writer = await RepositoryWriter.open(await this.folder(at), lives);
    await writer.publish(
      [await this.put(at, PATHS.removed, 'again')],
      this.keys.online,
      Date.now(),
    );
  }
}

/** A delegation to a developer before the one to the bins (PEP 480). */
function withClaim(text: string, developer: Signer): string {
  const document: { delegations: { keys: JsonObject; roles: readonly JsonObject[] } } & JsonObject =
    JSON.parse(text);
  const { keyid, stated } = statedKey(developer.publicKey);
  const { keys, roles } = document.delegations;
  const role = {
    name: 'claimed-alpha',
    keyids: [keyid],
    threshold: 1,
    terminating: true,
    paths: ['packages/alpha/*'],
  };
  const delegations = { keys: { ...keys, [keyid]: stated }, roles: [role, ...roles] };
  return olpcJson({ ...document, delegations });
}

function claimedText(path: string, { length, sha256 }: { length: number; sha256: string }): string {
  return olpcJson({
    _type: 'targets',
    spec_version: '1.0.31',
    version: 1,
    expires: `${new Date(HEAD.expires).toISOString().slice(0, 19)}Z`,
    targets: { [path]: { length, hashes: { sha256 } } },
  });
}

function makeSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x } = publicKey.export({ format: 'jwk' });
  return {
    publicKey: Buffer.from(x ?? '', 'base64url').toString('hex'),
    sign: (message) => Promise.resolve(sign(null, message, privateKey)),
  };
}

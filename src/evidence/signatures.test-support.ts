// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import * as openpgp from 'openpgp';
import type { Artifact } from '../core/artifact.ts';
import type { HeldBytes } from '../core/bytes.ts';
import type { LocalFiles, SignerRule } from '../core/signer-rule.ts';
import type { Upstream } from '../core/upstream.ts';

export const NOW = Date.parse('2026-11-01T00:00:00Z');
export const DAY = 86_400_000;
export const CONTENT = Buffer.from('the file');
export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

export const FILE: Artifact = {
  index: 'https://index.example/simple/',
  project: 'good',
  version: '1.0',
  filename: 'good-1.0.tar.gz',
  kind: 'sdist',
  url: 'https://files.example/good-1.0.tar.gz',
  listedBy: 'https://index.example/simple/good/',
  listed: null,
};

export function held(content: Uint8Array = CONTENT): HeldBytes {
  return {
    size: content.length,
    digests: { sha256: sha256(content) },
    read: async (position, length) => content.subarray(position, position + length),
  };
}

/** Answers with what lies at each address, 404 for the rest; a number is a status. */
export function upstreamOf(
  things: Readonly<Record<string, Uint8Array | string | number>>,
  asked: string[] = [],
): Upstream {
  return {
    async request({ url }) {
      asked.push(url);
      const found = things[url] ?? 404;
      const status = typeof found === 'number' ? found : 200;
      const bytes = typeof found === 'number' ? [] : [Buffer.from(found)];
      return { status, headers: {}, url, body: streamOf(bytes) };
    },
    close: async () => undefined,
  };
}

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

export const noFiles: LocalFiles = { read: async () => null };

export interface TestKey {
  readonly key: openpgp.PrivateKey;
  readonly fingerprint: string;
  readonly armour: string;
}

export async function makeKey(
  name = 'Maintainer',
  options: Partial<Parameters<typeof openpgp.generateKey>[0]> = {},
): Promise<TestKey> {
  const { privateKey: key } = await openpgp.generateKey({
    userIDs: [{ name }],
    date: new Date(NOW - 100 * DAY),
    ...options,
    format: 'object',
  });
  const fingerprint = key.getFingerprint().toUpperCase();
  return { key, fingerprint, armour: key.toPublic().armor() };
}

export async function detached(
  keys: readonly TestKey[],
  content: Uint8Array = CONTENT,
  at = NOW - DAY,
): Promise<string> {
  const message = await openpgp.createMessage({ binary: content });
  const signingKeys = keys.map(({ key }) => key);
  return await openpgp.sign({ message, signingKeys, detached: true, date: new Date(at) });
}

export async function clearSigned(
  keys: readonly TestKey[],
  text: string,
  at = NOW - DAY,
): Promise<string> {
  const message = await openpgp.createCleartextMessage({ text });
  const signingKeys = keys.map(({ key }) => key);
  return await openpgp.sign({ message, signingKeys, date: new Date(at) });
}

export function ruleFor(keys: readonly TestKey[], more: Partial<SignerRule> = {}): SignerRule {
  return {
    project: 'good',
    speaksFor: 'publisher',
    openpgp: keys.map(({ fingerprint }) => fingerprint),
    keyrings: keys.map(({ armour }) => armour),
    minisign: [],
    ssh: [],
    sshNamespace: 'file',
    signatures: null,
    checksums: [],
    threshold: 1,
    acceptEndedKeys: false,
    source: 'wheelproof.toml [[signer]] 1',
    ...more,
  };
}

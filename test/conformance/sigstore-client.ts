// SPDX-License-Identifier: Apache-2.0
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  openPrehashedVerifier,
  readBundle,
  readTrustedRoot,
  verifySigstore,
  type SignedFile,
  type SigstoreProof,
  type TrustedRoot,
} from '../../src/crypto/index.ts';
import { openPublicGoodRoot } from '../../src/trust/public-good-root.ts';

/** The conformance suite's CLI protocol (sigstore-conformance, docs/cli_protocol.md), verification only. */
async function main(words: readonly string[]): Promise<void> {
  const [command, ...rest] = words;
  if (command !== 'verify-bundle') throw new Error(`${command ?? 'nothing'} is not spoken here`);
  if (rest.includes('--staging')) throw new Error('the staging instance is not built in');
  const options = optionsOf(rest);
  const bundle = readBundle(await readFile(options.get('--bundle') ?? ''));
  const file = await openFile(rest.at(-1) ?? '');
  const root = await openRoot(options.get('--trusted-root'));
  const keyPath = options.get('--key');
  const key: KeyObject | null =
    keyPath === undefined ? null : createPublicKey(await readFile(keyPath));
  const proof = verifySigstore(bundle, root, file, key);
  expectSubject(proof, file);
  if (key === null) expectIdentity(proof, options);
}

function optionsOf(words: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at + 1 < words.length - 1; at += 2)
    found.set(words[at] ?? '', words[at + 1] ?? '');
  return found;
}

async function openRoot(path: string | undefined): Promise<TrustedRoot> {
  return readTrustedRoot(
    path === undefined ? (await openPublicGoodRoot()).bytes : await readFile(path),
  );
}

async function openFile(word: string): Promise<SignedFile> {
  const digest = /^sha256:(?<hex>[0-9a-f]{64})$/u.exec(word)?.groups?.['hex'];
  if (digest !== undefined) {
    const verifiesDigest = await openPrehashedVerifier();
    return { sha256: Buffer.from(digest, 'hex'), bytes: null, verifiesDigest };
  }
  const bytes = await readFile(word);
  return { sha256: createHash('sha256').update(bytes).digest(), bytes };
}

interface Statement {
  readonly subject: readonly { readonly digest: { readonly sha256?: string } }[];
}

/** Of an in-toto statement, the file is a subject. */
function expectSubject({ content }: SigstoreProof, file: SignedFile): void {
  if (content.form !== 'dsse') return;
  const { subject }: Statement = JSON.parse(content.payload.toString('utf8'));
  const wanted = file.sha256.toString('hex');
  if (!subject.some(({ digest }) => digest.sha256 === wanted)) {
    throw new Error('the file is no subject of the statement');
  }
}

function expectIdentity({ identity }: SigstoreProof, options: ReadonlyMap<string, string>): void {
  const wanted = [options.get('--certificate-identity'), options.get('--certificate-oidc-issuer')];
  const found = [identity?.name, identity?.issuer];
  if (wanted.some((value, at) => value === undefined || value !== found[at])) {
    throw new Error(`signed by ${found.join(' of ')}, wanted ${wanted.join(' of ')}`);
  }
}

try {
  await main(process.argv.slice(2));
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
}

// SPDX-License-Identifier: Apache-2.0
// `node bench/signatures.ts`: what checking a detached signature over 50 MB takes beside hashing it.
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import type { HeldBytes } from '../src/core/bytes.ts';
import type { SignerRule } from '../src/core/signer-rule.ts';
import { EVIDENCE_AT_HAND } from '../src/evidence/index.ts';
import { makePgpKey, signDetached, type PgpKey } from '../test/world/openpgp-keys.ts';

const MIB = 1_048_576;
const SIZE = 50_000_000;
const ROUNDS = 11;
const URL = 'https://files.example/good-1.0.tar.gz';

interface Figure {
  readonly key: string;
  readonly hashMs: number;
  readonly checkMs: number;
  /** Median of pairs, each taken one right after the other. */
  readonly ratio: number;
}

export async function measureSignatures(): Promise<readonly Figure[]> {
  const content = Buffer.alloc(SIZE);
  for (let at = 0; at < SIZE; at += 4) content.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
  const made = new Date(Date.now() - 86_400_000);
  const rsa = { type: 'rsa', rsaBits: 4096 } as const;
  return [
    await measure('Ed25519', await makePgpKey(made), content),
    await measure('RSA 4096', await makePgpKey(made, 'RSA', rsa), content),
  ];
}

async function measure(key: string, by: PgpKey, content: Buffer): Promise<Figure> {
  const signature = await signDetached([by], content, new Date(Date.now() - 60_000));
  // From memory, in both: reading costs what it costs, whatever is done with the bytes.
  const held: HeldBytes = {
    size: SIZE,
    digests: { sha256: '0'.repeat(64) },
    read: async (position, length) => content.subarray(position, position + length),
  };
  const kind = EVIDENCE_AT_HAND.openPgp({
    upstream: {
      request: async ({ url }) => ({ status: 200, headers: {}, url, body: once(signature) }),
      close: async () => undefined,
    },
    files: { read: async () => null },
    signers: () => [ruleFor(by)],
    clock: { now: () => Date.now() },
  });
  const check = async (): Promise<void> => {
    const { state, detail } = await kind.examine(FILE, held);
    if (state !== 'vouched') throw new Error(`the signature does not hold: ${detail}`);
  };
  await check();
  await check();
  const pairs: { hash: number; check: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // Who goes second clears away what the first has left.
    const checked = round % 2 === 0 ? await timed(check) : null;
    const hash = await timed(async () => await hashOf(held));
    pairs.push({ hash, check: checked ?? (await timed(check)) });
  }
  return {
    key,
    hashMs: median(pairs.map(({ hash }) => hash)),
    checkMs: median(pairs.map((one) => one.check)),
    ratio: median(pairs.map((one) => one.check / one.hash)),
  };
}

/** SHA-512, which OpenPGP.js signs over, of the same bytes read in the same way. */
async function hashOf(held: HeldBytes): Promise<void> {
  const hash = createHash('sha512');
  for (let at = 0; at < held.size; at += MIB) hash.update(await held.read(at, MIB));
  hash.digest();
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** Milliseconds of processor time, of all threads: others may be busy on this machine. */
async function timed(work: () => Promise<void>): Promise<number> {
  const began = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

const FILE = {
  index: 'https://index.example/simple/',
  project: 'good',
  version: '1.0',
  filename: 'good-1.0.tar.gz',
  kind: 'sdist',
  url: URL,
  listed: null,
} as const;

const ruleFor = ({ fingerprint, armour }: PgpKey): SignerRule => ({
  project: 'good',
  speaksFor: 'publisher',
  openpgp: [fingerprint],
  keyrings: [armour],
  minisign: [],
  ssh: [],
  sshNamespace: 'file',
  signatures: null,
  checksums: [],
  threshold: 1,
  acceptEndedKeys: false,
  source: 'a table',
});

/** One line for each key. */
export function signatureLines(figures: readonly Figure[]): readonly string[] {
  return figures.map(
    ({ key, hashMs, checkMs, ratio }) =>
      `signature over 50 MB, ${key}: checked in ${checkMs.toFixed(1)} ms, hashed in ${hashMs.toFixed(1)} ms, ratio ${ratio.toFixed(2)} (bound 1.3)`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const line of signatureLines(await measureSignatures())) console.log(line);
}

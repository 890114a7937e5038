// SPDX-License-Identifier: Apache-2.0
import { provenance } from '../../test/world/integrity-api.ts';
import { openSigstore, type AttestationJson } from '../../test/world/sigstore/sigstore.ts';
import type { Artifact } from '../core/artifact.ts';
import { KIB, MIB } from '../core/limits.ts';
import { bareListing } from '../core/listed-file.ts';
import { attestationEvidence } from './attestation.ts';

const FILENAME = 'good-1.0-py3-none-any.whl';
const SHA256 = 'ab'.repeat(32);
const sigstore = openSigstore();
const honest = sigstore.attest({ filename: FILENAME, sha256: SHA256 });

const text = (body: string): Buffer => Buffer.from(body);
const json = (value: unknown): Buffer => text(JSON.stringify(value));
const filled = (length: number): string => Buffer.alloc(length).toString('base64');
const members = (count: number, prefix: string): Buffer =>
  text(`{${Array.from({ length: count }, (_, at) => `"${prefix}${at.toString(36)}":0`).join()}}`);

type Entry = Record<string, unknown> & { inclusionProof: { checkpoint: { envelope: string } } };

/** The honest attestation, bent, so many times. */
function bent(bend: (json: AttestationJson, entry: Entry) => void, times = 1): Buffer {
  const copy: AttestationJson = structuredClone(honest);
  const entries = copy.verification_material.transparency_entries;
  // oxlint-disable-next-line no-unsafe-type-assertion -- of our own making
  bend(copy, entries[0] as Entry);
  return json(provenance(Array.from({ length: times }, () => copy)));
}

/** What an index may answer with to keep a verifier busy, or to confuse it: none may ever pass. */
export const HOSTILE: Readonly<Record<string, () => Buffer>> = {
  'ten mebibytes of blanks': () => Buffer.alloc(10 * MIB, ' '),
  'nothing at all': () => Buffer.alloc(0),
  garbage: () => Buffer.alloc(MIB, 0x9f),
  'a byte order mark': () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bent(() => {})]),
  'bytes behind the object': () => Buffer.concat([bent(() => {}), text('{}')]),
  'a list': () => text('[]'),
  'no version': () => json({ attestation_bundles: [] }),
  'no bundles': () => json({ version: 1 }),
  'bundles that are null': () => json({ version: 1, attestation_bundles: null }),
  'an empty list of bundles': () => json({ version: 1, attestation_bundles: [] }),
  'a bundle without attestations': () =>
    json({ version: 1, attestation_bundles: [{ publisher: { kind: 'GitHub' } }] }),
  'an empty list of attestations': () => json(provenance([])),
  'bundles twice': () =>
    text(
      `{"attestation_bundles":[],${bent(() => {})
        .toString('utf8')
        .slice(1)}`,
    ),
  'a polluted prototype': () => text('{"__proto__":{"version":1,"attestation_bundles":[]}}'),
  'deep lists': () => text('['.repeat(2 * MIB)),
  'deep objects': () => text('{"a":'.repeat(MIB / 4)),
  'a million numbers': () => text(`[${'0,'.repeat(MIB - 2)}0]`),
  'many lists': () => text(`[${'[],'.repeat(MIB / 2)}0]`),
  'many objects': () => text(`[${'{},'.repeat(MIB / 2)}0]`),
  'many members': () => members(200_000, ''),
  'many escaped members': () => members(100_000, String.raw`\u0041`),
  'many quotes': () => text(`"${String.raw`\"`.repeat(MIB - 4)}"`),
  'many backslashes': () => text(`"${'\\'.repeat(2 * MIB - 4)}`),
  'a thousand attestations': () =>
    json(
      provenance(
        Array.from({ length: 1000 }, () => ({
          ...honest,
          envelope: { statement: '', signature: '' },
        })),
      ),
    ),
  'one attestation too many': () => bent(() => {}, 33),
  'a mebibyte of statement': () => bent(({ envelope }) => (envelope.statement = filled(MIB))),
  'a mebibyte of certificate': () =>
    bent(({ verification_material: material }) => (material.certificate = filled(MIB))),
  'a mebibyte of log entry': () => bent((_, entry) => (entry['canonicalizedBody'] = filled(MIB))),
  'a mebibyte of timestamps': () =>
    bent(({ verification_material: material }) => {
      material.timestamps = Array.from({ length: 8 }, () => filled(128 * KIB));
    }),
  'checkpoints signed fifty times wrongly': () =>
    bent(({ verification_material: material }, entry) => {
      const { checkpoint } = entry.inclusionProof;
      const at = checkpoint.envelope.lastIndexOf('\u2014');
      const line = checkpoint.envelope.slice(at);
      const wrong = `${line.slice(0, -12)}AAAA${line.slice(-8)}`;
      checkpoint.envelope = `${checkpoint.envelope.slice(0, at)}${wrong.repeat(50)}${line}`;
      material.transparency_entries = Array.from({ length: 8 }, () => entry);
    }, 20),
  'a hundred thousand lines of checkpoint': () =>
    bent((_, entry) => (entry.inclusionProof.checkpoint.envelope += '\u2014 a AAAA\n'.repeat(1e5))),
};

export interface Judged {
  readonly name: string;
  readonly state: string;
  readonly code: string | null;
  readonly milliseconds: number;
  /** Peak of the process above what it took before anything hostile came. */
  readonly mebibytes: number;
}

async function examine(body: Buffer) {
  const url = 'https://index.test/provenance';
  async function* chunks() {
    for (let at = 0; at < body.length; at += 64 * KIB) yield body.subarray(at, at + 64 * KIB);
  }
  const upstream = {
    request: async () => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      url,
      body: chunks(),
    }),
    close: async () => {},
  };
  const roots = [{ name: 'world', bytes: Buffer.from(sigstore.trustedRoot()), checkedAt: 0 }];
  const kind = attestationEvidence({ upstream, trustedRoots: async () => roots });
  const listed = {
    ...bareListing(FILENAME, `https://files.test/${FILENAME}`),
    hashes: { sha256: SHA256 },
    provenance: url,
  };
  const artifact: Artifact = {
    index: 'https://index.test/simple/',
    project: 'good',
    version: '1.0',
    filename: FILENAME,
    kind: 'wheel',
    url: listed.url,
    listed,
  };
  const held = { size: 1, digests: { sha256: SHA256 }, read: async () => new Uint8Array() };
  return await kind.examine(artifact, held);
}

/** Judges them all, one after another, in this process; it should be one of its own. */
export async function judgeHostile(): Promise<readonly Judged[]> {
  const peak = (): number => process.resourceUsage().maxRSS / KIB;
  // What honest evidence takes is not the bombs' doing.
  for (let round = 0; round < 20; round += 1) {
    const { state } = await examine(bent(() => {}));
    if (state !== 'vouched') throw new Error('the honest attestation does not hold');
  }
  const bodies = Object.entries(HOSTILE).map(([name, make]) => ({ name, body: make() }));
  const before = peak();
  const judged: Judged[] = [];
  for (const { name, body } of bodies) {
    const began = performance.now();
    const { state, code } = await examine(body);
    const milliseconds = performance.now() - began;
    judged.push({ name, state, code, milliseconds, mebibytes: peak() - before });
  }
  return judged;
}

if (process.argv[2] === 'judge-hostile') process.send?.(await judgeHostile());

// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Artifact, ArtifactKind } from '../../../src/core/artifact.ts';
import type { HeldBytes } from '../../../src/core/bytes.ts';
import { Refusal } from '../../../src/core/errors.ts';
import type { Finding } from '../../../src/core/finding.ts';
import { EVIDENCE, SidecarLedger, SignedIndexes } from '../../../src/evidence/index.ts';
import { openMemoryTrustRows } from '../../../src/storage/index.ts';
import { TrustMemory } from '../../../src/trust/index.ts';
import { openPublicGoodRoot } from '../../../src/trust/public-good-root.ts';

const clock = { now: () => 0 };
const rows = openMemoryTrustRows();
const upstream = {
  request: async (): Promise<never> => {
    throw new Refusal('WP-UPSTREAM-UNREACHABLE', { message: 'nobody is there' });
  },
  close: async () => {},
};
const INDEX = 'https://index.example/simple/';
const unreachable = new SignedIndexes({
  pins: new Map([
    [INDEX, { sha256: 'a'.repeat(64), root: null, repository: 'https://index.example/' }],
  ]),
  upstream,
  clock,
  memory: () => ({ load: async () => null, save: async () => {}, remove: async () => {} }),
  readIdentities: async () => null,
  allowPlainHttp: () => false,
});
const sources = {
  upstream,
  trustedRoots: async () => [await openPublicGoodRoot()],
  files: { read: async () => null },
  signers: () => [],
  rows,
  clock,
  memory: new TrustMemory(rows, clock),
  sidecars: new SidecarLedger(),
  signedIndexes: { of: () => unreachable.of({ index: INDEX, url: INDEX }) },
  pins: [
    {
      project: 'good',
      version: '1.0',
      filename: null,
      url: null,
      hashes: { sha256: 'a'.repeat(64) },
      where: 'requirements.txt:1',
    },
  ],
};

const sha256 = fc.constantFrom('a'.repeat(64), 'b'.repeat(64));

const hostile: fc.Arbitrary<Artifact> = fc.record({
  index: fc.webUrl(),
  project: fc.oneof(fc.constant('good'), fc.string()),
  version: fc.oneof(fc.constant('1.0'), fc.string()),
  filename: fc.oneof(fc.constant('good-1.0-py3-none-any.whl'), fc.string()),
  kind: fc.constantFrom<ArtifactKind>('wheel', 'sdist', 'archive'),
  url: fc.webUrl(),
  listed: fc.constant(null),
});

function held(content: Uint8Array, digest: string): HeldBytes {
  return {
    size: content.length,
    digests: { sha256: digest },
    read: async (position, length) => content.subarray(position, position + length),
  };
}

function expectWellFormed(finding: Finding, kind: { kind: string; class: string }): void {
  expect(finding.kind).toBe(kind.kind);
  expect(finding.class).toBe(kind.class);
  expect(finding.detail).not.toBe('');
  const wrong = finding.state === 'failed' || finding.state === 'unreachable';
  expect(finding.code === null).toBe(!wrong);
  if (finding.class === 'integrity') expect(finding.identity).toBeNull();
  else if (finding.state === 'vouched') expect(finding.identity).not.toBeNull();
}

describe.each(EVIDENCE.map((make) => make(sources)).map((kind) => [kind.kind, kind] as const))(
  'evidence of the kind %s',
  (_, kind) => {
    test('answers with a finding, whatever the artifact and the bytes are', async () => {
      await fc.assert(
        fc.asyncProperty(hostile, fc.uint8Array(), sha256, async (artifact, content, digest) => {
          expectWellFormed(await kind.examine(artifact, held(content, digest)), kind);
          const foreseen = await kind.foresee(artifact, digest);
          if (foreseen !== null) expectWellFormed(foreseen, kind);
        }),
      );
    });

    test('says of the bytes what it foresaw of their digest', async () => {
      await fc.assert(
        fc.asyncProperty(hostile, sha256, async (artifact, digest) => {
          const foreseen = await kind.foresee(artifact, digest);
          if (foreseen === null) return;
          const examined = await kind.examine(artifact, held(new Uint8Array(), digest));
          expect(examined.state).toBe(foreseen.state);
        }),
      );
    });
  },
);

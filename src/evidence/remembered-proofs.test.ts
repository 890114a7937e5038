// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import type { VerdictCache } from '../core/verdict-cache.ts';
import type { Proving, ProvenanceJudge } from './provenance-judge.ts';
import { rememberProofs } from './remembered-proofs.ts';

const ROOT = { name: 'public-good', bytes: Buffer.from('root'), checkedAt: 0 };
const ASKED: Proving = {
  provenance: Buffer.from('evidence'),
  file: { filename: 'demo-1.0.tar.gz', project: 'demo', sha256: 'a'.repeat(64) },
  roots: [ROOT],
};

function open(kept = new Map<string, string>()) {
  const asked: Proving[] = [];
  const cache: VerdictCache = {
    recall: async (key) => kept.get(key) ?? null,
    keep: async (key, text) => void kept.set(key, text),
    close: async () => {},
  };
  const judge: ProvenanceJudge = {
    prepare: () => undefined,
    async judge(proving) {
      asked.push(proving);
      if (proving.file.project === 'evil') {
        throw new Refusal('WP-ATTESTATION-SIGNATURE', { message: 'no' });
      }
      return { vouchers: [], silent: [`answer ${asked.length}`] };
    },
    close: async () => {},
  };
  const under = (policyDigest = 'p', toolVersion = '1') =>
    rememberProofs(judge, { cache, policyDigest, toolVersion });
  return { asked, kept, under };
}

describe('remembered proofs', () => {
  test('are not made twice, whoever asks', async () => {
    const { asked, under } = open();
    const first = await under().judge(ASKED);
    expect(await under().judge({ ...ASKED, provenance: Buffer.from('evidence') })).toEqual(first);
    expect(asked).toHaveLength(1);
  });

  test.each<[string, Proving]>([
    ['evidence', { ...ASKED, provenance: Buffer.from('other') }],
    ['name', { ...ASKED, file: { ...ASKED.file, filename: 'demo-1.1.tar.gz' } }],
    ['project', { ...ASKED, file: { ...ASKED.file, project: 'other' } }],
    ['bytes', { ...ASKED, file: { ...ASKED.file, sha256: 'b'.repeat(64) } }],
    ['root', { ...ASKED, roots: [{ ...ROOT, bytes: Buffer.from('other') }] }],
    ["root's name", { ...ASKED, roots: [{ ...ROOT, name: 'corp' }] }],
    ['number of roots', { ...ASKED, roots: [ROOT, ROOT] }],
    ['absence of roots', { ...ASKED, roots: [] }],
  ])('are of exactly one %s', async (_, other) => {
    const { asked, under } = open();
    await under().judge(ASKED);
    await under().judge(other);
    expect(asked).toHaveLength(2);
  });

  test('are of one policy and one version of the program', async () => {
    const { asked, under } = open();
    for (const judge of [under(), under('q'), under('p', '2')]) await judge.judge(ASKED);
    expect(asked).toHaveLength(3);
  });

  test('are never of what was refused', async () => {
    const { asked, kept, under } = open();
    const evil = { ...ASKED, file: { ...ASKED.file, project: 'evil' } };
    for (let round = 0; round < 2; round += 1) {
      await expect(under().judge(evil)).rejects.toMatchObject({ code: 'WP-ATTESTATION-SIGNATURE' });
    }
    expect(asked).toHaveLength(2);
    expect(kept.size).toBe(0);
  });
});

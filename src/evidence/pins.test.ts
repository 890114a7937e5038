// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Artifact } from '../core/artifact.ts';
import type { HeldBytes } from '../core/bytes.ts';
import type { Pin } from '../core/installer.ts';
import { pinEvidence } from './pins.ts';

const artifact: Artifact = {
  index: 'https://index.test/simple/',
  project: 'good',
  version: '1.0',
  filename: 'good-1.0-py3-none-any.whl',
  kind: 'wheel',
  url: 'https://index.test/files/good-1.0-py3-none-any.whl',
  listed: null,
};

const pin = (hashes: Record<string, string>, changes: Partial<Pin> = {}): Pin => ({
  project: 'good',
  version: '1.0',
  filename: null,
  url: null,
  hashes,
  where: 'requirements.txt:1',
  ...changes,
});

function bytes(digests: Record<string, string> & { sha256: string }): HeldBytes {
  return { size: 1, digests, read: async () => new Uint8Array() };
}

const examine = (pins: readonly Pin[], digests: Record<string, string> & { sha256: string }) =>
  pinEvidence(pins).examine(artifact, bytes(digests));

describe('pins', () => {
  test('say nothing of a file that none of them names', async () => {
    const others = [
      pin({ sha256: 'a' }, { project: 'other' }),
      pin({ sha256: 'a' }, { version: '2.0' }),
      pin({ sha256: 'a' }, { filename: 'good-1.0.tar.gz' }),
      pin({ sha256: 'a' }, { url: 'https://elsewhere.test/good-1.0-py3-none-any.whl' }),
    ];
    expect(await examine(others, { sha256: 'b' })).toMatchObject({ state: 'absent' });
  });

  test('of a release are alternatives', async () => {
    const pins = [pin({ sha256: 'a' }), pin({ sha256: 'b' })]; // of one line
    expect(await examine(pins, { sha256: 'b' })).toMatchObject({ state: 'vouched' });
    expect(await examine(pins, { sha256: 'c' })).toMatchObject({
      state: 'failed',
      code: 'WP-PIN-MISMATCH',
    });
  });

  test('of a release stated twice must hold in both statements (two lock files)', async () => {
    const locks = [
      pin({ sha256: 'a' }, { where: 'requirements.txt:1' }),
      pin({ sha256: 'b' }, { where: 'requirements.txt:1' }),
      pin({ sha256: 'b' }, { where: 'Pipfile.lock:default.good' }),
      pin({ sha256: 'c' }, { where: 'Pipfile.lock:default.good' }),
    ];
    expect(await examine(locks, { sha256: 'b' })).toMatchObject({
      state: 'vouched',
      identity: 'pinned in requirements.txt:1, Pipfile.lock:default.good',
    });
    for (const sha256 of ['a', 'c']) {
      expect(await examine(locks, { sha256 })).toMatchObject({ code: 'WP-PIN-MISMATCH' });
    }
  });

  test('stated together are alternatives, wherever they stand', async () => {
    const marked = ['a', 'b'].map((sha256, at) =>
      pin({ sha256 }, { where: `requirements.txt:${at}`, statement: 'under a marker' }),
    );
    expect(await examine(marked, { sha256: 'b' })).toMatchObject({ state: 'vouched' });
    expect(await examine(marked, { sha256: 'c' })).toMatchObject({ state: 'failed' });
  });

  test('of a release hold however its version is written', async () => {
    const short = [pin({ sha256: 'a' }, { version: '1' })];
    expect(await examine(short, { sha256: 'b' })).toMatchObject({ state: 'failed' });
  });

  test('of a file must match in every hash they state', async () => {
    const forged = pin({ md5: 'evil', sha256: 'good' }, { filename: artifact.filename });
    expect(await examine([forged], { md5: 'evil', sha256: 'evil' })).toMatchObject({
      state: 'failed',
      code: 'WP-PIN-MISMATCH',
    });
    expect(await examine([forged], { md5: 'evil', sha256: 'good' })).toMatchObject({
      state: 'vouched',
    });
  });

  test('with a weak hash alone vouch for nothing', async () => {
    const weak = pin({ md5: 'm' }, { url: artifact.url });
    expect(await examine([weak], { md5: 'm', sha256: 's' })).toMatchObject({ state: 'absent' });
    expect(await examine([weak], { md5: 'x', sha256: 's' })).toMatchObject({ state: 'failed' });
  });

  test('refuse a declared hash before any byte has come', async () => {
    const kind = pinEvidence([pin({ sha256: 'a' })]);
    expect(await kind.foresee(artifact, 'b')).toMatchObject({ state: 'failed' });
    expect(await kind.foresee(artifact, 'a')).toMatchObject({ state: 'vouched' });
  });

  test('of one file: any one that contradicts fails the file, in any order', async () => {
    const hex = fc.constantFrom('right', 'wrong');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ md5: hex, sha256: hex, sha512: hex }), { minLength: 1, maxLength: 4 }),
        async (stated) => {
          const pins = stated.map((hashes) => pin(hashes, { filename: artifact.filename }));
          const found = await examine(pins, { md5: 'right', sha256: 'right', sha512: 'right' });
          const allRight = stated.every((hashes) =>
            Object.values(hashes).every((h) => h === 'right'),
          );
          expect(found.state).toBe(allRight ? 'vouched' : 'failed');
        },
      ),
    );
  });
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { ask, EVIL, FILE, GOOD, listed, open, PAGE, sha256, whole } from './scene.test-support.ts';

const METADATA = Buffer.from('Metadata-Version: 2.1\nName: good\nVersion: 1.0\n');
const ANOTHER = Buffer.from('Metadata-Version: 2.1\nName: good\nVersion: 2.0\n');

async function sidecar(bytes: Uint8Array, status = 200) {
  const file = listed(GOOD, { coreMetadata: { sha256: sha256(METADATA) } });
  const { verifier } = open({ page: [file], answers: [() => whole(bytes)], status });
  await verifier.page(ask(PAGE));
  return await verifier.sidecar(ask(`${FILE}.metadata`));
}

describe('the metadata beside a file', () => {
  test('speaks for that release alone', async () => {
    const file = listed(GOOD, { coreMetadata: { sha256: sha256(ANOTHER) } });
    const { verifier } = open({ page: [file], answers: [() => whole(ANOTHER)] });
    await verifier.page(ask(PAGE));
    const outcome = await verifier.sidecar(ask(`${FILE}.metadata`));
    expect(outcome).toMatchObject({ reason: { code: 'WP-SIDECAR-DIFFERS' } });
  });

  test('is served where it is what the page promised', async () => {
    expect(await sidecar(METADATA)).toMatchObject({ outcome: 'served' });
    expect(await sidecar(EVIL)).toMatchObject({ reason: { code: 'WP-SIDECAR-HASH' } });
  });

  test.each([404, 410, 401, 403])('is not there where the index says %i', async (status) => {
    expect(await sidecar(GOOD, status)).toEqual({ outcome: 'not-found', status });
  });

  test.each([500, 206, 204])('could not be had where the index says %i', async (status) => {
    expect(await sidecar(GOOD, status)).toMatchObject({ reason: { code: 'WP-UPSTREAM-STATUS' } });
  });
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { ask, EVIL, FILE, GOOD, listed, open, PAGE, sha256, whole } from './scene.test-support.ts';

async function sidecar(bytes: Uint8Array, status = 200) {
  const file = listed(GOOD, { coreMetadata: { sha256: sha256(GOOD) } });
  const { verifier } = open({ page: [file], answers: [() => whole(bytes)], status });
  await verifier.page(ask(PAGE));
  return await verifier.sidecar(ask(`${FILE}.metadata`));
}

describe('the metadata beside a file', () => {
  test('is served where it is what the page promised', async () => {
    expect(await sidecar(GOOD)).toMatchObject({ outcome: 'served' });
    expect(await sidecar(EVIL)).toMatchObject({ reason: { code: 'WP-SIDECAR-HASH' } });
  });

  test.each([404, 410, 401, 403])('is not there where the index says %i', async (status) => {
    expect(await sidecar(GOOD, status)).toEqual({ outcome: 'not-found', status });
  });

  test.each([500, 206, 204])('could not be had where the index says %i', async (status) => {
    expect(await sidecar(GOOD, status)).toMatchObject({ reason: { code: 'WP-UPSTREAM-STATUS' } });
  });
});

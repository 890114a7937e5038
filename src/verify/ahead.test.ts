// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { ListedFile } from '../core/artifact.ts';
import { asRefusal } from '../core/errors.ts';
import {
  ask,
  EVIL,
  FILE,
  GOOD,
  listed,
  open,
  PAGE,
  sha256,
  whole,
  type Scene,
} from './scene.test-support.ts';

const METADATA = Buffer.from('Metadata-Version: 2.1\nName: good\nVersion: 1.0\n');
const PLAN = { indexes: [], wishes: [], files: true, dependencies: true, ownPlatform: true };

function scene(answers: Scene['answers'], changes: Partial<ListedFile> = {}): Scene {
  const file = listed(GOOD, { coreMetadata: { sha256: sha256(METADATA) }, ...changes });
  return { page: [file], answers: [() => whole(METADATA), ...(answers ?? [])], ahead: PLAN };
}

async function withMetadataAsked(answers: Scene['answers']) {
  const opened = open(scene(answers));
  await opened.verifier.page(ask(PAGE));
  expect(await opened.verifier.sidecar(ask(`${FILE}.metadata`))).toMatchObject({
    outcome: 'served',
  });
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  return opened;
}

describe('a file that was fetched ahead', () => {
  test('is given to whoever asks, without a second fetch', async () => {
    const { verifier, fetches } = await withMetadataAsked([() => whole(GOOD)]);
    expect(fetches()).toBe(2);
    const outcome = await verifier.file(ask(FILE));
    expect(outcome).toMatchObject({
      outcome: 'released',
      receipt: { decision: { verdict: 'first-seen' } },
    });
    expect(fetches()).toBe(2);
  });

  test('leaves no receipt, no memory and no audit event where nobody asks', async () => {
    const { verifier, shared } = await withMetadataAsked([() => whole(GOOD)]);
    await verifier.close();
    expect(verifier.receipts()).toEqual([]);
    expect(shared.rows.list({})).toEqual([]);
    expect(shared.rows.auditTrail({})).toEqual([]);
  });

  test('is refused as if it had come then', async () => {
    const { verifier, shared, fetches } = await withMetadataAsked([() => whole(EVIL)]);
    expect(shared.rows.auditTrail({})).toEqual([]);
    expect(await verifier.file(ask(FILE))).toMatchObject({
      outcome: 'refused',
      receipt: { decision: { reasons: [{ code: 'WP-HASH-MISMATCH' }] } },
    });
    expect(fetches()).toBe(2);
    expect(shared.rows.auditTrail({}).map(({ what }) => what)).toContain('verdict');
  });

  test('is fetched again where it could not be had', async () => {
    let tries = 0;
    const answer = () => {
      tries += 1;
      if (tries === 1) throw asRefusal(new Error('cut'), 'fetching');
      return whole(GOOD);
    };
    const { verifier } = await withMetadataAsked([answer]);
    expect(await verifier.file(ask(FILE))).toMatchObject({ outcome: 'released' });
    expect(tries).toBe(2);
  });

  test('is not released where its project has been blocked meanwhile', async () => {
    const { verifier } = await withMetadataAsked([() => whole(GOOD)]);
    await verifier.page(ask('ftp://index.test/simple/good/'));
    expect(await verifier.file(ask(FILE))).toMatchObject({ outcome: 'refused' });
  });
});

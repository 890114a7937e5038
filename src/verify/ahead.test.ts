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
const TELLING = `uv/0.13.9 {"cpu":"x86_64","python":"3.12.3","system":{"name":"Linux"}}`;
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

describe('a page that the same request asked for the last time', () => {
  const AGENT = 'uv/0.13.9 {}';
  const repeated = (page: Scene['page'] = [listed(EVIL, { yanked: 'broken' })]) =>
    open({
      page,
      repeat: {
        former: { agent: AGENT, urls: [PAGE] },
        isOfIndex: () => true,
        keep: async () => undefined,
      },
    });

  test('is read before it is asked for, and judged when it is', async () => {
    const { verifier, shared, pagesRead } = repeated();
    verifier.readAhead();
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    expect(pagesRead()).toBe(1);
    expect(shared.rows.auditTrail({})).toEqual([]);
    expect(verifier.offered().size).toBe(0);
    const outcome = await verifier.page({ ...ask(PAGE), agent: AGENT });
    expect(outcome).toMatchObject({ judged: { offered: [{ yanked: 'broken' }] } });
    expect(pagesRead()).toBe(1);
  });

  test('is asked for again where it could not be had', async () => {
    const { verifier, pagesRead } = repeated(asRefusal(new Error('cut'), 'reading'));
    verifier.readAhead();
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    expect(await verifier.page({ ...ask(PAGE), agent: AGENT })).toMatchObject({
      outcome: 'blocked',
    });
    expect(pagesRead()).toBe(2);
  });

  test('is not read where policy keeps us from asking', async () => {
    const { verifier, pagesRead } = open({
      page: [],
      repeat: {
        isOfIndex: () => true,
        former: { agent: AGENT, urls: ['ftp://index.test/simple/good/'] },
        keep: async () => undefined,
      },
    });
    verifier.readAhead();
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    expect(pagesRead()).toBe(0);
  });
});

describe('metadata', () => {
  test('that was asked for is not asked for once more ahead', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    async function* late() {
      await promise;
      yield* whole(METADATA);
    }
    const filename = 'good-1.0-py3-none-any.whl';
    const url = `https://index.test/files/${filename}`;
    const opened = open({
      ...scene([], { filename, url }),
      answers: [late],
      ahead: { ...PLAN, files: false },
    });
    const settled = async (): Promise<void> => {
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
    };
    await opened.verifier.page(ask(PAGE));
    const asked = opened.verifier.sidecar(ask(`${url}.metadata`));
    await settled();
    // Only now the platform is told that a file is guessed for.
    void opened.verifier.page({ ...ask('https://index.test/simple/other/'), agent: TELLING });
    await settled();
    resolve();
    expect(await asked).toMatchObject({ outcome: 'served' });
    expect(opened.fetches()).toBe(1);
  });
});

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

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import type { UpstreamAsk } from '../core/upstream.ts';
import { DEFAULT_POLICY, sealPolicy } from '../policy/index.ts';
import { openMemoryBlobStore } from '../storage/index.ts';
import { directArtifact, listedArtifact } from './artifact-of.ts';
import { bringIn } from './incoming.ts';
import { judgeInwardLink, type PageSource } from './inward-link.ts';
import { ask, GOOD, listed, open, PAGE, whole } from './scene.test-support.ts';

const INSIDE = 'https://127.0.0.1:8443/files/good-1.0.zip';

const source: PageSource = {
  outcome: 'page',
  page: {
    project: 'good',
    apiVersion: '1.0',
    status: 'active',
    statusReason: null,
    files: [],
    refused: [],
    lastSerial: null,
  },
  url: 'https://landed.test/simple/good/',
  index: 'https://index.test/simple/',
};

describe('a link that leads inside (D13)', () => {
  test.each([
    INSIDE,
    'https://[::1]/good-1.0.zip',
    'https://169.254.169.254/good-1.0.zip',
    'https://localhost/good-1.0.zip',
    'https://10.1.2.3/good-1.0.zip',
  ])('%s is refused on a page of the outside', (address) => {
    const found = judgeInwardLink(DEFAULT_POLICY, source, address);
    expect(found?.code).toBe('WP-INSIDE-ADDRESS');
    expect(found?.message).toContain(source.url);
  });

  test('may stand on a page that comes from inside, or where the policy names the host', () => {
    expect(judgeInwardLink(DEFAULT_POLICY, { ...source, inside: true }, INSIDE)).toBeNull();
    const policy = sealPolicy({ ...DEFAULT_POLICY, allowInside: ['127.0.0.1:8443'] });
    expect(judgeInwardLink(policy, source, INSIDE)).toBeNull();
    expect(judgeInwardLink(DEFAULT_POLICY, source, 'https://files.test/x.zip')).toBeNull();
  });

  test('is not offered, not asked, and its host not remembered', async () => {
    const { verifier, asked, shared } = open({
      page: [listed(GOOD, { url: INSIDE })],
      answers: [() => whole(GOOD)],
    });
    const outcome = await verifier.page(ask(PAGE));
    expect(outcome).toMatchObject({ outcome: 'judged', judged: { offered: [] } });
    const file = await verifier.file(ask(INSIDE));
    expect(file).toMatchObject({ outcome: 'refused' });
    expect(verifier.receipts()[0]?.decision.reasons[0]?.code).toBe('WP-INSIDE-ADDRESS');
    expect(asked()).toEqual([]);
    const later = open({ page: [listed(GOOD)], answers: [() => whole(GOOD)] }, shared);
    expect(await later.verifier.page(ask(PAGE))).toMatchObject({
      judged: { offered: [{ filename: 'good-1.0.zip' }] },
    });
  });
});

describe('a file is fetched', () => {
  const fetchOf = async (artifact: ReturnType<typeof directArtifact>, fault?: Refusal) => {
    const asks: UpstreamAsk[] = [];
    const upstream = {
      async request(one: UpstreamAsk) {
        asks.push(one);
        if (fault !== undefined) throw fault;
        return { status: 200, headers: {}, url: one.url, body: whole(GOOD) };
      },
      close: async () => {},
    };
    const draft = await openMemoryBlobStore().draft();
    const ended = bringIn({
      upstream,
      artifact,
      credentials: {},
      draft,
      maxBytes: 1000,
      begun: () => undefined,
      progressed: () => undefined,
    });
    await ended.catch((thrown: unknown) => expect(thrown).toBe(fault));
    return asks;
  };

  test('in the name of the page that listed it, where that really came from', async () => {
    const [first] = await fetchOf(listedArtifact(source, listed(GOOD)));
    expect(first?.from).toBe('https://landed.test/simple/good/');
  });

  test("in nobody's name where the user named it", async () => {
    const [first] = await fetchOf(directArtifact('https://files.test/good-1.0.zip'));
    expect(first?.from).toBeNull();
  });

  test.each([
    ['WP-LIMIT-TIME', 2],
    ['WP-UPSTREAM-TRUNCATED', 3],
    ['WP-INSIDE-ADDRESS', 1],
    ['WP-TLS', 1],
  ] as const)('after %s, %s times in all (D18)', async (code, times) => {
    const artifact = directArtifact('https://files.test/good-1.0.zip');
    expect(await fetchOf(artifact, new Refusal(code, { message: 'x' }))).toHaveLength(times);
  });
});

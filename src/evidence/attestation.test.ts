// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Artifact } from '../core/artifact.ts';
import type { Code } from '../core/codes.ts';
import { Refusal } from '../core/errors.ts';
import { MIB } from '../core/limits.ts';
import type { UpstreamAnswer, UpstreamAsk } from '../core/upstream.ts';
import { bareListing } from '../core/listed-file.ts';
import { openPublicGoodRoot } from '../trust/public-good-root.ts';
import { attestationEvidence } from './attestation.ts';

const PEP740 = path.resolve(import.meta.dirname, '../../../shared/data/pep740');
const REAL = 'sampleproject-4.0.0.tar.gz.provenance';
const isThere = existsSync(path.join(PEP740, REAL));
const real = (): Buffer => readFileSync(path.join(PEP740, REAL));
const SHA256 = '0ace7980f82c5815ede4cd7bf9f6693684cec2ae47b9b7ade9add533b8627c6b';

test.runIf(process.env['CI'] !== undefined)('the real attestations are there', () => {
  expect(isThere).toBe(true);
});

function artifact(provenance: string | null): Artifact {
  const filename = 'sampleproject-4.0.0.tar.gz';
  const url = `https://files.test/${filename}`;
  return {
    index: 'https://index.test/simple/',
    project: 'sampleproject',
    version: '4.0.0',
    filename,
    kind: 'sdist',
    url,
    listedBy: 'https://index.test/simple/sampleproject/',
    listed: { ...bareListing(filename, url), hashes: { sha256: SHA256 }, provenance },
  };
}

const URL_NAMED = 'https://index.test/integrity/sampleproject/4.0.0/provenance';

interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly body?: Uint8Array;
  readonly code?: Code;
}

function evidence({
  status = 200,
  type = 'application/json',
  body = Buffer.from(''),
  code,
}: Answer) {
  const asks: UpstreamAsk[] = [];
  const upstream = {
    async request(ask: UpstreamAsk): Promise<UpstreamAnswer> {
      asks.push(ask);
      if (code !== undefined) throw new Refusal(code, { message: 'so it went' });
      async function* chunks() {
        yield body;
      }
      return { status, headers: { 'content-type': type }, url: ask.url, body: chunks() };
    },
    close: async () => {},
  };
  const kind = attestationEvidence({
    upstream,
    trustedRoots: async () => [await openPublicGoodRoot()],
  });
  const held = (sha256 = SHA256) => ({
    size: 1,
    digests: { sha256 },
    read: async () => new Uint8Array(),
  });
  return {
    asks,
    kind,
    examine: (sha256?: string) => kind.examine(artifact(URL_NAMED), held(sha256)),
    held,
  };
}

describe('attestations', () => {
  test('of a file whose page names none are absent, and nobody is asked', async () => {
    const { kind, asks, held } = evidence({});
    for (const one of [artifact(null), { ...artifact(null), listed: null }]) {
      expect(await kind.foresee(one, SHA256)).toMatchObject({ state: 'absent' });
      kind.begin?.(one, {});
      expect(await kind.examine(one, held())).toMatchObject({ state: 'absent', identity: null });
    }
    expect(asks).toEqual([]);
  });

  test.runIf(isThere)('vouch for the file, in words', async () => {
    const { kind, asks, examine } = evidence({ body: real() });
    expect(await kind.foresee(artifact(URL_NAMED), SHA256)).toBeNull();
    expect(asks).toEqual([]);
    expect(await examine()).toMatchObject({
      state: 'vouched',
      class: 'publisher',
      identity: 'GitHub pypa/sampleproject, workflow release.yml, branch main',
      detail:
        'publish attestation signed 2024-11-06T22:37:07.000Z, rekor.sigstore.dev entry 147137139',
      code: null,
    });
    expect(asks).toMatchObject([{ url: URL_NAMED, from: artifact(null).listedBy }]);
  });

  test.runIf(isThere)(
    'are fetched once, beside the file, with its credentials for its origin only',
    async () => {
      const { kind, asks, examine } = evidence({ body: real() });
      kind.begin?.(artifact(URL_NAMED), { authorization: 'secret' });
      await examine();
      expect(asks).toHaveLength(1);
      expect(asks[0]?.headers).not.toHaveProperty('authorization');
      const own = artifact('https://files.test/provenance');
      kind.begin?.(own, { authorization: 'secret' });
      expect(asks[1]?.headers['authorization']).toBe('secret');
    },
  );

  test.runIf(isThere)('of other bytes fail', async () => {
    const { examine } = evidence({ body: real() });
    expect(await examine('0'.repeat(64))).toMatchObject({
      state: 'failed',
      code: 'WP-ATTESTATION-DIGEST',
    });
  });

  test.each<[string, Answer, Code]>([
    ['are not there', { status: 404 }, 'WP-UPSTREAM-STATUS'],
    ['are an error', { status: 500 }, 'WP-UPSTREAM-STATUS'],
    ['may not be read', { status: 403 }, 'WP-UPSTREAM-STATUS'],
    ['are a login page', { type: 'text/html', body: Buffer.from('<p>') }, 'WP-UPSTREAM-STATUS'],
    ['cannot be reached', { code: 'WP-UPSTREAM-UNREACHABLE' }, 'WP-UPSTREAM-UNREACHABLE'],
    ['come too slowly', { code: 'WP-LIMIT-TIME' }, 'WP-UPSTREAM-UNREACHABLE'],
    ['lead into the inside', { code: 'WP-INSIDE-ADDRESS' }, 'WP-INSIDE-ADDRESS'],
  ])('that %s are unreachable, never absent (H03)', async (_, answer, code) => {
    expect(await evidence(answer).examine()).toMatchObject({ state: 'unreachable', code });
  });

  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  const bundles = (count: number, attestations: unknown[]) =>
    Array.from({ length: count }, () => ({ publisher: { kind: 'GitHub' }, attestations }));

  test.each<[string, () => Answer, Code]>([
    ['more than are looked at', () => ({ code: 'WP-LIMIT-SIZE' }), 'WP-ATTESTATION-LIMIT'],
    ['10 MiB', () => ({ body: Buffer.alloc(10 * MIB, ' ') }), 'WP-ATTESTATION-LIMIT'],
    [
      'a thousand',
      () => ({
        body: json({
          version: 1,
          attestation_bundles: bundles(
            1,
            Array.from({ length: 1000 }, () => ({})),
          ),
        }),
      }),
      'WP-ATTESTATION-LIMIT',
    ],
    [
      'a thousand bundles',
      () => ({ body: json({ version: 1, attestation_bundles: bundles(1000, [{}]) }) }),
      'WP-ATTESTATION-LIMIT',
    ],
    ['a depth bomb', () => ({ body: Buffer.alloc(2 * MIB, '[') }), 'WP-ATTESTATION-MALFORMED'],
    [
      'a depth bomb of objects',
      () => ({ body: Buffer.from('{"a":'.repeat(MIB / 4)) }),
      'WP-ATTESTATION-MALFORMED',
    ],
    ['garbage', () => ({ body: Buffer.alloc(MIB, 0x9f) }), 'WP-ATTESTATION-MALFORMED'],
    [
      'many numbers',
      () => ({ body: Buffer.from(`[${'0,'.repeat(MIB / 2)}0]`) }),
      'WP-ATTESTATION-MALFORMED',
    ],
    [
      'many backslashes',
      () => ({ body: Buffer.from(`"${'\\'.repeat(MIB)}`) }),
      'WP-ATTESTATION-MALFORMED',
    ],
    [
      'many quotes',
      () => ({ body: Buffer.from(`"${'\\"'.repeat(MIB / 2)}`) }),
      'WP-ATTESTATION-MALFORMED',
    ],
    ['of another version', () => ({ body: json({ version: 2 }) }), 'WP-ATTESTATION-MALFORMED'],
    [
      'that are none',
      () => ({ body: json({ version: 1, attestation_bundles: bundles(1, [{ version: 1 }]) }) }),
      'WP-ATTESTATION-MALFORMED',
    ],
  ])('that are %s fail within a second (H24)', async (_, answer, code) => {
    const asked = evidence(answer());
    const before = process.memoryUsage().rss;
    const started = performance.now();
    expect(await asked.examine()).toMatchObject({ state: 'failed', code });
    expect(performance.now() - started).toBeLessThan(1000);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * MIB);
  });
});

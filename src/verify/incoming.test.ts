// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import type { UpstreamAnswer } from '../core/upstream.ts';
import { openMemoryBlobStore } from '../storage/index.ts';
import { directArtifact } from './artifact-of.ts';
import { bringIn } from './incoming.ts';

interface Try {
  readonly status?: number;
  readonly length?: number;
  readonly bytes: string;
  readonly cut?: true;
}

const cut = (bytes: string, length?: number): Try => ({
  bytes,
  cut: true,
  ...(length === undefined ? {} : { length }),
});

async function* body({ bytes, cut: isCut }: Try): AsyncIterable<Uint8Array> {
  yield Buffer.from(bytes);
  if (isCut === true) throw new Refusal('WP-UPSTREAM-TRUNCATED', { message: 'cut' });
}

async function arrive(tries: readonly Try[]) {
  const artifact = directArtifact('https://files.test/good-1.0.zip');
  const draft = await openMemoryBlobStore().draft();
  const begun: (number | null)[] = [];
  const waits: number[] = [];
  let made = 0;
  const upstream = {
    async request({ url }: { readonly url: string }): Promise<UpstreamAnswer> {
      const { status = 200, length, ...rest } = tries[made++] ?? { bytes: '' };
      const headers = length === undefined ? {} : { 'content-length': String(length) };
      return { status, headers, url, body: body(rest) };
    },
    close: async () => {},
  };
  const outcome = await bringIn({
    upstream,
    artifact,
    credentials: {},
    draft,
    maxBytes: 1000,
    begun: (size) => begun.push(size),
    progressed: () => undefined,
    wait: async (milliseconds) => waits.push(milliseconds),
  }).catch((thrown: unknown) => (thrown instanceof Refusal ? thrown.code : String(thrown)));
  return { outcome, begun, waits, written: draft.written };
}

describe('a file asked for again after a cut', () => {
  test('goes on where it was', async () => {
    const { outcome } = await arrive([cut('01234', 10), { bytes: '0123456789', length: 10 }]);
    expect(outcome).toEqual({ outcome: 'whole' });
  });

  test('R09: is asked for three times at most, after growing waits', async () => {
    const { outcome, waits } = await arrive([cut('0', 10), cut('01', 10), cut('012', 10)]);
    expect(outcome).toBe('WP-UPSTREAM-TRUNCATED');
    expect(waits).toHaveLength(2);
    expect(waits[1]).toBeGreaterThan(waits[0] ?? Infinity);
  });

  test('has the length it was announced with: what streams out is a part of that whole', async () => {
    const longer = await arrive([cut('01234567', 10), { bytes: '0123456789abcdef', length: 16 }]);
    expect(longer).toMatchObject({ outcome: 'WP-SIZE-MISMATCH', begun: [10] });
    const silent = await arrive([cut('01234567', 10), { bytes: '0123456789abcdef' }]);
    expect(silent).toMatchObject({ outcome: 'WP-SIZE-MISMATCH', written: 8 });
    const shorter = await arrive([cut('01234', 10), { bytes: '0123456' }]);
    expect(shorter.outcome).toBe('WP-SIZE-MISMATCH');
  });

  test('has not ceased to exist', async () => {
    const { outcome } = await arrive([cut('01234', 10), { status: 404, bytes: '' }]);
    expect(outcome).toBe('WP-UPSTREAM-STATUS');
  });
});

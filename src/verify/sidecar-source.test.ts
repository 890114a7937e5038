// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { writeZip } from '../../test/world/zip.ts';
import type { Artifact } from '../core/artifact.ts';
import { bareListing } from '../core/listed-file.ts';
import { WheelReadings } from '../evidence/index.ts';
import { openMemoryBlobStore } from '../storage/index.ts';
import { SidecarSource } from './sidecar-source.ts';

const NAME = 'good-1.0-py3-none-any.whl';
const METADATA = Buffer.from('Metadata-Version: 2.1\nName: good\nVersion: 1.0\n');
const WHEEL = writeZip([{ name: 'good-1.0.dist-info/METADATA', data: METADATA }]);
const OTHER = Buffer.from('from beside the wheel');

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function artifact(coreMetadata: string): Artifact {
  const url = `https://index.test/files/${NAME}`;
  return {
    index: 'https://index.test/simple/',
    project: 'good',
    version: '1.0',
    filename: NAME,
    kind: 'wheel',
    url,
    listed: {
      ...bareListing(NAME, url),
      hashes: { sha256: sha256(WHEEL) },
      size: WHEEL.length,
      coreMetadata: { sha256: coreMetadata },
    },
  };
}

async function open(readings = new WheelReadings()) {
  const store = openMemoryBlobStore();
  const draft = await store.draft();
  await draft.write(WHEEL);
  await draft.publish(sha256(WHEEL));
  const told = { opened: 0, asked: 0 };
  const blobs: typeof store = {
    ...store,
    open: async (...wanted) => {
      told.opened += 1;
      return await store.open(...wanted);
    },
  };
  async function* body() {
    yield OTHER;
  }
  const source = new SidecarSource(
    {
      request: async ({ url }) => {
        told.asked += 1;
        return { status: 200, headers: {}, url, body: body() };
      },
      close: async () => {},
    },
    blobs,
    readings,
  );
  return { told, source };
}

test('a stored wheel is looked into once for its metadata, and not at all where it was before', async () => {
  const readings = new WheelReadings();
  const { told, source } = await open(readings);
  const wanted = artifact(sha256(METADATA));
  for (const _ of [1, 2]) expect((await source.fetch(wanted, {})).bytes).toEqual(METADATA);
  expect(told).toEqual({ opened: 1, asked: 0 });
  const later = await open(readings);
  expect((await later.source.fetch(wanted, {})).bytes).toEqual(METADATA);
  expect(later.told).toEqual({ opened: 0, asked: 0 });
});

test('what the page states otherwise comes from beside the wheel', async () => {
  const readings = new WheelReadings();
  const { told, source } = await open(readings);
  await source.fetch(artifact(sha256(METADATA)), {});
  expect((await source.fetch(artifact(sha256(OTHER)), {})).bytes).toEqual(OTHER);
  expect(told.asked).toBe(1);
});
